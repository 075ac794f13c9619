# Everything that Shiny apps do on the wire, one tab a habit, for scripts/real-shiny: tables that page
# on the server, a select that searches there, a download, UI that comes and goes, notifications,
# modals, progress, and a person who types what a recorder might trip over.
library(shiny)

ui <- fluidPage(
  titlePanel("Kitchen"),
  tabsetPanel(
    id = "tab",
    tabPanel("Text",
      textInput("typed", "Say something"),
      verbatimTextOutput("said")),
    tabPanel("Table",
      DT::DTOutput("t_quakes"),
      textOutput("t_chosen")),
    tabPanel("Search",
      selectizeInput("word", "A word of two thousand", choices = NULL),
      textOutput("t_word")),
    tabPanel("Dynamic",
      actionButton("more", "More"), actionButton("less", "Less"), actionButton("tab_more", "A tab"),
      uiOutput("u_fields"),
      tags$div(id = "place")),
    tabPanel("Messages",
      actionButton("notify", "Notify"), actionButton("ask", "Ask"), actionButton("work", "Work"),
      textOutput("t_done")),
    tabPanel("Files",
      fileInput("files", "Some files", multiple = TRUE),
      tableOutput("t_files"),
      downloadButton("take", "Take it home"))))

words <- sprintf("word-%04d", 1:2000)

server <- function(input, output, session) {
  output$said <- renderText({
    req(input$typed)
    paste0(nchar(input$typed), ": ", input$typed)
  })

  output$t_quakes <- DT::renderDT(quakes, server = TRUE, selection = "single")
  output$t_chosen <- renderText({
    req(input$t_quakes_rows_selected)
    paste("row", input$t_quakes_rows_selected)
  })

  updateSelectizeInput(session, "word", choices = words, server = TRUE)
  output$t_word <- renderText({
    req(input$word)
    paste("chosen:", input$word)
  })

  output$u_fields <- renderUI(
    lapply(seq_len(input$more), function(i) textInput(paste0("field", i), paste("Field", i))))
  observeEvent(input$more, insertUI("#place", ui = tags$p(class = "inserted", input$more)))
  observeEvent(input$less, removeUI(".inserted", multiple = TRUE))
  observeEvent(input$tab_more, appendTab("tab", tabPanel(paste("Extra", input$tab_more), "a tab")))

  observeEvent(input$notify, showNotification("Something happened"))
  observeEvent(input$ask, showModal(modalDialog("Really?", footer = actionButton("sure", "Yes"))))
  observeEvent(input$sure, removeModal())
  output$t_done <- renderText({
    req(input$work)
    withProgress(message = "Working", {
      for (i in 1:5) {
        Sys.sleep(0.05)
        incProgress(0.2)
      }
    })
    paste("done", input$work)
  })

  output$t_files <- renderTable({
    req(input$files)
    input$files[c("name", "size")]
  })
  output$take <- downloadHandler(
    filename = "quakes.csv",
    content = function(file) write.csv(quakes, file, row.names = FALSE))
}

shinyApp(ui, server)

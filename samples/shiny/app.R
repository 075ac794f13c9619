# A small real Shiny app, for scripts/real-shiny: what R itself says on the wire, as it says it.
#
# One tab a habit of Shiny apps: a slider behind a plot; a select that the server fills; a file that
# goes up; a file that comes down.
library(shiny)

ui <- fluidPage(
  titlePanel("Earthquakes off Fiji"),
  tabsetPanel(
    id = "tab",
    tabPanel("Depth",
      sliderInput("bins", "Bars", min = 5, max = 50, value = 20),
      plotOutput("p_depth")),
    tabPanel("Stations",
      selectInput("band", "Magnitude", choices = c("below 4.5" = "small", "4.5 and up" = "large")),
      selectInput("station", "Stations that felt it", choices = character()),
      plotOutput("p_station"),
      textOutput("t_station")),
    tabPanel("Your own",
      fileInput("file", "A CSV file"),
      plotOutput("p_file")),
    tabPanel("Take home",
      tableOutput("t_head"),
      downloadButton("csv", "As CSV"))))

server <- function(input, output, session) {
  output$p_depth <- renderPlot({
    hist(quakes$depth, breaks = input$bins, col = "steelblue", main = "", xlab = "depth, km")
  })

  band <- reactive({
    req(input$band)
    if (input$band == "small") quakes[quakes$mag < 4.5, ] else quakes[quakes$mag >= 4.5, ]
  })
  observe({
    counts <- sort(unique(band()$stations))
    updateSelectInput(session, "station", choices = as.character(counts))
  })
  chosen <- reactive({
    req(input$station)
    band()[band()$stations == as.integer(input$station), ]
  })
  output$p_station <- renderPlot({
    plot(quakes$long, quakes$lat, pch = 20, col = "grey80", xlab = "longitude", ylab = "latitude")
    points(chosen()$long, chosen()$lat, pch = 19, col = "firebrick")
  })
  output$t_station <- renderText(paste(nrow(chosen()), "earthquakes"))

  output$p_file <- renderPlot({
    req(input$file)
    plot(read.csv(input$file$datapath), col = "darkgreen")
  })

  output$t_head <- renderTable(head(quakes))
  output$csv <- downloadHandler(
    filename = "quakes.csv",
    content = function(file) write.csv(quakes, file, row.names = FALSE))
}

shinyApp(ui, server)

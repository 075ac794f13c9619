"""Numbers in Shiny for Python."""
import time

import pandas as pd
from shiny import App, reactive, render, ui

app_ui = ui.page_fluid(
    ui.h1("Numbers"),
    ui.input_slider("count", "How many", 1, 100, 10),
    ui.input_text("name", "Name", "somebody"),
    ui.input_action_button("greet", "Greet"),
    ui.output_text("greeting"),
    ui.output_table("squares"),
    ui.input_file("file", "A file"),
    ui.output_text("lines"),
    ui.download_button("take", "Take home"),
)


def server(input, output, session):
    @render.table
    def squares():
        time.sleep(0.3)
        return pd.DataFrame({"n": range(input.count()), "square": [n * n for n in range(input.count())]})

    @render.text
    @reactive.event(input.greet)
    def greeting():
        return f"Hello, {input.name()}!"

    @render.text
    def lines():
        files = input.file()
        return f"{sum(1 for _ in open(files[0]['datapath']))} lines" if files else "no file"

    @render.download(filename="numbers.csv")
    def take():
        yield "n\n" + "\n".join(str(n) for n in range(input.count()))


app = App(app_ui, server)

"""Numbers in Gradio: an event that takes time, one that streams, a state, an upload."""
import sys
import time

import gradio as gr
import pandas as pd


def square(count):
    time.sleep(0.3)
    return pd.DataFrame({"n": range(count), "square": [n * n for n in range(count)]})


def greet(name, seen):
    for end in range(1, len(name) + 1):
        time.sleep(0.05)
        yield f"Hello, {name[:end]}!", seen + 1


def rows(path):
    with open(path) as file:
        return f"{sum(1 for _ in file)} lines"


with gr.Blocks(title="Numbers") as app:
    seen = gr.State(0)
    count = gr.Slider(1, 100, 10, step=1, label="How many")
    table = gr.Dataframe(label="Table")
    name = gr.Textbox("somebody", label="Name")
    button = gr.Button("Greet")
    greeting = gr.Textbox(label="Greeting")
    file = gr.File(label="A file")
    lines = gr.Textbox(label="Lines")
    app.load(square, count, table)
    count.release(square, count, table)
    button.click(greet, [name, seen], [greeting, seen])
    file.upload(rows, file, lines)
    app.unload(lambda: None)

app.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)

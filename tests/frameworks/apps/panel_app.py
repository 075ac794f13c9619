"""Numbers in Panel: widgets, a table, an upload."""
import time

import pandas as pd
import panel as pn

pn.extension("tabulator")
count = pn.widgets.IntSlider(name="How many", start=1, end=100, value=10)
name = pn.widgets.TextInput(name="Name", value="somebody")
button = pn.widgets.Button(name="Greet")
greeting = pn.pane.Markdown("")
file = pn.widgets.FileInput(accept=".csv")


@pn.depends(count.param.value_throttled)
def table(value):
    time.sleep(0.3)
    return pn.widgets.Tabulator(pd.DataFrame({"n": range(value or 10)}), height=200)


def greet(_):
    greeting.object = f"Hello, {name.value}!"


@pn.depends(file.param.value)
def lines(value):
    return f"{len((value or b'').splitlines())} lines"


button.on_click(greet)
pn.Column("# Numbers", count, name, button, greeting, table, file, lines).servable(title="Numbers")

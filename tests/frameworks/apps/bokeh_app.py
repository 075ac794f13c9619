"""Numbers in plain Bokeh: models are changed from both sides."""
import time

from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource, Div, Slider, TextInput
from bokeh.plotting import figure


def squares(count):
    return {"n": list(range(count)), "square": [n * n for n in range(count)]}


source = ColumnDataSource(squares(10))
count = Slider(start=1, end=100, value=10, title="How many")
name = TextInput(value="somebody", title="Name")
button = Button(label="Greet")
greeting = Div(text="")
plot = figure(height=250)
plot.line("n", "square", source=source)


def on_count(attr, old, new):
    time.sleep(0.3)
    source.data = squares(new)


def on_greet():
    greeting.text = f"Hello, {name.value}!"


count.on_change("value_throttled", on_count)
button.on_click(on_greet)
curdoc().add_root(column(count, name, button, greeting, plot))
curdoc().title = "Numbers"

"""Numbers in Dash: two callbacks of one input, an upload, a store, a slow one in the background."""
import base64
import sys
import tempfile
import time

import diskcache
from flask import request
from dash import Dash, DiskcacheManager, Input, Output, State, dash_table, dcc, html

# Without cache_by two people who start the same job with the same arguments share its result, and
# whoever asks first takes it away: the other one gets 204.
app = Dash(__name__, background_callback_manager=DiskcacheManager(
    diskcache.Cache(tempfile.mkdtemp(prefix="dash-jobs-")),
    cache_by=[lambda: request.args.get("endId")]))
app.layout = html.Div([
    html.H1("Numbers"),
    dcc.Slider(1, 100, 1, value=10, id="count", marks=None),
    dcc.Input(id="name", value="somebody", debounce=True),
    html.Button("Greet", id="greet"),
    html.Div(id="greeting"),
    dcc.Graph(id="plot"),
    dash_table.DataTable(id="table"),
    dcc.Store(id="seen"),
    dcc.Upload(html.Button("A file"), id="file"),
    html.Div(id="rows"),
    html.Button("Think", id="think"),
    html.Div(id="thought"),
])


@app.callback(Output("plot", "figure"), Input("count", "value"))
def plot(count):
    time.sleep(0.3)
    return {"data": [{"x": list(range(count)), "y": [n * n for n in range(count)]}]}


@app.callback(Output("table", "data"), Output("seen", "data"), Input("count", "value"))
def table(count):
    return [{"n": n, "square": n * n} for n in range(count)], {"count": count, "at": time.time()}


@app.callback(Output("greeting", "children"), Input("greet", "n_clicks"), State("name", "value"),
              State("seen", "data"), prevent_initial_call=True)
def greet(clicks, name, seen):
    return f"Hello, {name}, for the {clicks}th time; {seen['count']} numbers"


@app.callback(Output("rows", "children"), Input("file", "contents"), prevent_initial_call=True)
def rows(contents):
    return f"{len(base64.b64decode(contents.split(',')[1]).splitlines())} lines"


@app.callback(Output("thought", "children"), Input("think", "n_clicks"), background=True,
              prevent_initial_call=True)
def think(clicks):
    time.sleep(1.5)
    return f"thought {clicks}"


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]), debug=False)

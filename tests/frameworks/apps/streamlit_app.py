"""Numbers, a text, a plot, a table and an upload in Streamlit."""
import time

import pandas as pd
import streamlit as st

st.title("Numbers")
count = st.slider("How many", 1, 100, 10)
name = st.text_input("Name", "somebody")
if st.button("Greet"):
    time.sleep(0.3)
    st.write(f"Hello, {name}!")
table = pd.DataFrame({"n": range(count), "square": [n * n for n in range(count)]})
st.line_chart(table, x="n", y="square")
st.dataframe(table)
upload = st.file_uploader("A file", type="csv")
if upload:
    st.write(f"{upload.name} has {len(pd.read_csv(upload))} rows")
st.write(f"{count} numbers for {name}")

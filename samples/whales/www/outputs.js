// The outputs: which are seen and how large, and who shows the value of each kind.
"use strict";
const outputs = {
  show: {},
  clientData() {
    const data = {};
    for (const output of all("[data-output]")) {
      const name = `.clientdata_output_${output.id}_`;
      const seen = output.offsetParent !== null;
      if (seen && output.dataset.output !== "valuebox") {
        data[name + "width"] = output.clientWidth;
        data[name + "height"] = output.dataset.output === "plot" ? output.clientHeight : 0;
      }
      data[name + "hidden"] = !seen;
    }
    return data;
  },
  watch() {
    addEventListener("resize", debounce(400, () => inputs.set(this.clientData())));
  },
};
bus.on("values", (values) => {
  for (const [id, value] of Object.entries(values)) {
    byId(id).classList.remove("failed");
    outputs.show[byId(id).dataset.output](byId(id), value);
  }
});
bus.on("errors", (errors) => {
  for (const [id, error] of Object.entries(errors)) {
    byId(id).classList.toggle("failed", error.message !== "");
    byId(id).textContent = error.message;
  }
});
bus.on("recalculating", ({ name, status }) => {
  byId(name).classList.toggle("recalculating", status === "recalculating");
});

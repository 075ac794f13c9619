// A value box shows its text.
"use strict";
outputs.show.valuebox = (output, text) => {
  output.textContent = text;
};

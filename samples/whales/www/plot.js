// A plot comes as an image in the message.
"use strict";
outputs.show.plot = (output, { src, alt }) => {
  output.replaceChildren(Object.assign(new Image(), { src, alt }));
};

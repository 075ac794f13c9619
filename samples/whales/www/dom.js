// Short names for what the other files do to the page.
"use strict";
const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

// Typing "12" is one change, not two: wait until the user pauses.
"use strict";
function debounce(ms, act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
}

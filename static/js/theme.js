/* Runs in <head> before the first paint. The cookie is read by the server; only "as the device says" is decided here. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  if (root.hasAttribute("data-theme-auto") && matchMedia("(prefers-color-scheme: dark)").matches) {
    root.setAttribute("data-bs-theme", "dark");
  }
})();

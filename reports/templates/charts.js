(function () {
  "use strict";
  var PRINT_WIDTH = 680;
  var config = { responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
  var charts = Array.prototype.map.call(document.querySelectorAll("script[data-chart]"), function (source) {
    var drawing = JSON.parse(source.textContent);
    var place = document.getElementById(source.dataset.chart);
    Plotly.newPlot(place, drawing.data, drawing.layout, config);
    place.on("plotly_click", follow);
    return place;
  });

  function follow(event) {
    var told = event.points[0].customdata;
    if (Array.isArray(told) && typeof told[2] === "string" && told[2].charAt(0) === "?") {
      window.location.assign(told[2]);
    }
  }

  function setWidth(widthOf) {
    charts.forEach(function (place) {
      Plotly.relayout(place, { width: widthOf(place), autosize: true });
    });
  }

  var here = document.querySelector("nav a[aria-current]");
  if (here) {  // the menu of a phone is one line, longer than the screen
    var menu = here.closest("ul");
    menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
  }

  window.addEventListener("beforeprint", function () {
    setWidth(function (place) {
      return place.closest(".grid") ? PRINT_WIDTH / 2 - 12 : PRINT_WIDTH;
    });
  });
  window.addEventListener("afterprint", function () {
    setWidth(function (place) {
      return place.clientWidth;
    });
  });
})();

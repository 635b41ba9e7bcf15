(function () {
  "use strict";
  var PRINT_WIDTH = 680;
  var config = { responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
  var charts = Array.prototype.map.call(document.querySelectorAll("script[data-chart]"), function (source) {
    var drawing = JSON.parse(source.textContent);
    var place = document.getElementById(source.dataset.chart);
    Plotly.newPlot(place, drawing.data, drawing.layout, config);
    return place;
  });

  function setWidth(widthOf) {
    charts.forEach(function (place) {
      Plotly.relayout(place, { width: widthOf(place), autosize: true });
    });
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

// Stacks as a flame graph: an SVG that needs nothing else. What it does when it is clicked is a script in it.

#include <algorithm>
#include <cstdio>

#include "runtime/profile/Stacks.h"

namespace gene::profile {
namespace {

constexpr double Width = 1200;  // of the root, in units of the picture
constexpr uint32_t RowHeight = 17;
constexpr uint32_t Top = 60;       // above the innermost row
constexpr double Narrowest = 0.1;  // what is narrower is left out

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  return out;
}

template <class... Arguments>
std::string format(const char* text, Arguments... arguments) {
  char line[300];
  std::snprintf(line, sizeof line, text, arguments...);
  return line;
}

/// A warm colour for what is written in Gene, by its name; a cold one for what is built in.
std::string colour(const std::string& name, bool isBuiltin) {
  uint32_t hash = 2166136261;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  const uint32_t shade = hash >> 8;
  return isBuiltin ? format("hsl(%u,45%%,%u%%)", 195 + shade % 30, 68 + shade / 31 % 10)
                   : format("hsl(%u,%u%%,%u%%)", 12 + shade % 40, 75 + shade / 41 % 15,
                            62 + shade / 617 % 10);
}

constexpr const char* Head = R"(<style>
text{font:12px sans-serif;fill:#222;pointer-events:none}
#title{font-size:17px;text-anchor:middle}
#hint{fill:#777}
#detail{fill:#222}
.frame rect{stroke:#fff;stroke-width:.5;cursor:pointer}
.frame:hover rect{stroke:#222}
.found rect{fill:#b45ad6}
.above rect{opacity:.5}
</style>
)";

constexpr const char* Script = R"(<script><![CDATA[
"use strict";
const frames = [...document.querySelectorAll(".frame")].map(group => ({
  group, box: group.querySelector("rect"), label: group.querySelector("text"),
  name: group.dataset.name, x: +group.dataset.x, width: +group.dataset.w, row: +group.dataset.row }));
const detail = document.getElementById("detail"), all = frames[0].width;
function show(left, width, row) {
  for (const f of frames) {
    const x = Math.max(f.x, left), end = Math.min(f.x + f.width, left + width);
    f.group.style.display = end - x > all * 1e-7 ? "" : "none";
    f.group.classList.toggle("above", f.row < row);
    const at = (x - left) / width * 1200, wide = (end - x) / width * 1200;
    f.box.setAttribute("x", at);
    f.box.setAttribute("width", Math.max(wide, 0));
    f.label.setAttribute("x", at + 3);
    const letters = Math.floor((wide - 6) / 6.6);
    f.label.textContent = letters < 3 ? "" : f.name.length <= letters ? f.name : f.name.slice(0, letters - 1) + "…";
  }
}
for (const f of frames) {
  f.group.addEventListener("mouseover", () => detail.textContent = f.group.querySelector("title").textContent);
  f.group.addEventListener("mouseout", () => detail.textContent = "");
  f.group.addEventListener("click", () => show(f.x, f.width, f.row));
}
document.addEventListener("keydown", event => {
  if (event.key === "Escape") show(0, all, 0);
  if (event.key !== "/") return;
  event.preventDefault();
  const wanted = prompt("Functions whose name has:") || "";
  for (const f of frames) f.group.classList.toggle("found", wanted !== "" && f.name.includes(wanted));
});
show(0, all, 0);
]]></script>
)";

}  // namespace

uint32_t Stacks::depthBelow(const Node& node) const {
  uint32_t depth = 0;
  for (const auto& [function, callee] : node.callees)
    depth = std::max(depth, depthBelow(nodes_[callee]) + 1);
  return depth;
}

void Stacks::draw(const Node& node, uint64_t left, uint32_t depth, uint32_t deepest,
                  std::string& out) const {
  const double scale = Width / static_cast<double>(std::max<uint64_t>(total_, 1));
  const double wide = static_cast<double>(node.total) * scale;
  if (wide < Narrowest) return;
  const bool isRoot = &node == nodes_.data();
  const std::string name = isRoot ? "all" : functions_[node.function].text();
  const bool isBuiltin = !isRoot && functions_[node.function].file == Frame::BuiltIn;
  const double x = static_cast<double>(left) * scale;
  const uint32_t y = Top + (deepest - depth) * RowHeight;
  std::string weight = weightText(node.total);
  weight.erase(0, weight.find_first_not_of(' '));
  const std::string shown = escaped(name);
  const auto letters = static_cast<size_t>(std::max(0.0, (wide - 6) / 6.6));
  const bool fits = name.size() <= letters;
  out += "<g class=\"frame\" data-name=\"" + shown + "\"" +
         format(" data-x=\"%llu\" data-w=\"%llu\" data-row=\"%u\">",
                static_cast<unsigned long long>(left), static_cast<unsigned long long>(node.total),
                depth) +
         "<title>" + shown +
         format(": %s %s, %.2f %%</title>", weight.c_str(), unit_ == Unit::Bytes ? "bytes" : "ms",
                100.0 * static_cast<double>(node.total) /
                    static_cast<double>(std::max<uint64_t>(total_, 1))) +
         format("<rect x=\"%.2f\" y=\"%u\" width=\"%.2f\" height=\"%u\" rx=\"1\" fill=\"", x, y,
                wide, RowHeight - 1) +
         colour(name, isBuiltin) + format("\"/><text x=\"%.2f\" y=\"%u\">", x + 3, y + 12) +
         (fits ? shown : "") + "</text></g>\n";
  uint64_t at = left;
  for (const auto& [function, callee] : node.callees) {
    draw(nodes_[callee], at, depth + 1, deepest, out);
    at += nodes_[callee].total;
  }
}

std::string Stacks::flameGraph(std::string_view title) const {
  const uint32_t deepest = depthBelow(nodes_[0]);
  const uint32_t height = Top + (deepest + 1) * RowHeight + 30;
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"100%\"" +
      format(" viewBox=\"0 0 %u %u\">\n", static_cast<unsigned>(Width), height) + Head +
      format(
          "<rect width=\"100%%\" height=\"%u\" fill=\"#fdfcf8\"/>\n<text id=\"title\" x=\"%u\" "
          "y=\"24\">",
          height, static_cast<unsigned>(Width / 2)) +
      escaped(title) +
      "</text>\n<text id=\"hint\" x=\"6\" y=\"44\">click: a frame and what is above it; Escape: "
      "all; "
      "/: find</text>\n" +
      format("<text id=\"detail\" x=\"6\" y=\"%u\"></text>\n", height - 10);
  draw(nodes_[0], 0, 0, deepest, out);
  return out + Script + "</svg>\n";
}

}  // namespace gene::profile

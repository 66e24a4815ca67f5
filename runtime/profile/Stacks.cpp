#include "runtime/profile/Stacks.h"

#include <algorithm>

#include "runtime/profile/Text.h"
#include "runtime/support/JsonText.h"

namespace gene::profile {
namespace {

constexpr size_t MostFunctions = 60;
constexpr size_t MostLines = 20;

std::string jsonText(std::string_view text) {
  std::string out;
  appendJsonString(text, out);
  return out;
}

}  // namespace

std::string Stacks::Function::place(uint32_t line) const {
  return line == 0 ? file : file + ":" + std::to_string(line);
}

std::string Stacks::Function::text() const {
  return file.empty() ? name : name + " (" + place(definition) + ")";
}

uint32_t Stacks::functionOf(const Frame& frame) {
  Function function{std::string(frame.name), std::string(frame.file), frame.definition, 0, 0, {}};
  const auto [known, isNew] =
      known_.try_emplace(function.text(), static_cast<uint32_t>(functions_.size()));
  if (isNew) functions_.push_back(std::move(function));
  return known->second;
}

void Stacks::add(Span<const Frame> stack, uint64_t weight) {
  if (stack.empty() || weight == 0) return;
  total_ += weight;
  std::vector<uint32_t> path;
  for (const Frame& frame : stack) path.push_back(functionOf(frame));
  uint32_t node = 0;
  nodes_[0].total += weight;
  for (const uint32_t function : path) {
    const auto [callee, isNew] =
        nodes_[node].callees.try_emplace(function, static_cast<uint32_t>(nodes_.size()));
    node = callee->second;
    if (isNew) nodes_.push_back(Node{function, 0, 0, {}});
    nodes_[node].total += weight;
  }
  nodes_[node].self += weight;
  Function& innermost = functions_[path.back()];
  innermost.self += weight;
  if (stack.back().line != 0) innermost.lines[stack.back().line] += weight;
  std::sort(path.begin(), path.end());
  path.erase(std::unique(path.begin(), path.end()), path.end());  // recursion counts once
  for (const uint32_t function : path) functions_[function].total += weight;
}

std::string Stacks::weightText(uint64_t weight) const {
  if (unit_ == Unit::Bytes) return format("%12llu", static_cast<unsigned long long>(weight));
  return format("%12.1f", static_cast<double>(weight) / 1e6);
}

std::string Stacks::table() const {
  std::vector<const Function*> sorted;
  struct Line {
    const Function* function;
    uint32_t line;
    uint64_t weight;
  };
  std::vector<Line> lines;
  for (const Function& function : functions_) {
    sorted.push_back(&function);
    for (const auto& [line, weight] : function.lines) lines.push_back({&function, line, weight});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Function* a, const Function* b) {
    if (a->self != b->self) return a->self > b->self;
    return a->total != b->total ? a->total > b->total : a < b;
  });
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    return a.function != b.function ? a.function < b.function : a.line < b.line;
  });
  const char* const unit = unit_ == Unit::Bytes ? "bytes" : "ms";
  std::string out = format("%12s %7s %12s %7s  %s\n", (std::string("self ") + unit).c_str(), "self",
                           (std::string("total ") + unit).c_str(), "total", "function");
  for (size_t i = 0; i < std::min(sorted.size(), MostFunctions); i++)
    out += weightText(sorted[i]->self) + format(" %6.1f%% ", share(sorted[i]->self, total_)) +
           weightText(sorted[i]->total) + format(" %6.1f%%  ", share(sorted[i]->total, total_)) +
           sorted[i]->text() + "\n";
  if (sorted.size() > MostFunctions)
    out += "and " + std::to_string(sorted.size() - MostFunctions) + " functions with less\n";
  out += format("\n%12s %7s  %s\n", (std::string("self ") + unit).c_str(), "self", "line");
  for (size_t i = 0; i < std::min(lines.size(), MostLines); i++)
    out += weightText(lines[i].weight) + format(" %6.1f%%  ", share(lines[i].weight, total_)) +
           lines[i].function->place(lines[i].line) + " in " + lines[i].function->name + "\n";
  return out;
}

/// f(functions, outermost first, weight) for each stack that took something by itself.
template <class F>
void Stacks::forEachStack(F&& f) const {
  std::vector<uint32_t> path;
  const auto visit = [&](const auto& self, const Node& node) -> void {
    if (node.self > 0) f(path, node.self);
    for (const auto& [function, callee] : node.callees) {
      path.push_back(function);
      self(self, nodes_[callee]);
      path.pop_back();
    }
  };
  visit(visit, nodes_[0]);
}

std::string Stacks::folded() const {
  std::string out;
  forEachStack([&](const std::vector<uint32_t>& path, uint64_t weight) {
    const uint64_t shown = unit_ == Unit::Bytes ? weight : weight / 1000;
    if (shown == 0) return;
    for (const uint32_t& function : path) {
      std::string text = functions_[function].text();
      std::replace(text.begin(), text.end(), ';', ',');
      out += (&function == path.data() ? "" : ";") + text;
    }
    out += " " + std::to_string(shown) + "\n";
  });
  return out;
}

std::string Stacks::speedscope(std::string_view title) const {
  std::string out =
      R"({"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[)";
  for (const Function& function : functions_) {
    if (&function != functions_.data()) out += ",";
    out += "\n{\"name\":" + jsonText(function.name);
    if (!function.file.empty()) out += ",\"file\":" + jsonText(function.file);
    if (function.definition != 0) out += ",\"line\":" + std::to_string(function.definition);
    out += "}";
  }
  std::string samples, weights;
  forEachStack([&](const std::vector<uint32_t>& path, uint64_t weight) {
    samples += samples.empty() ? "[" : ",[";
    for (const uint32_t& function : path)
      samples += (&function == path.data() ? "" : ",") + std::to_string(function);
    samples += "]";
    weights += (weights.empty() ? "" : ",") + std::to_string(weight);
  });
  return out + "\n]},\"profiles\":[{\"type\":\"sampled\",\"name\":" + jsonText(title) +
         ",\"unit\":\"" + (unit_ == Unit::Bytes ? "bytes" : "nanoseconds") +
         "\",\"startValue\":0,\"endValue\":" + std::to_string(total_) + ",\n\"samples\":[" +
         samples + "],\n\"weights\":[" + weights + "]}],\"name\":" + jsonText(title) +
         ",\"exporter\":\"gene\",\"activeProfileIndex\":0}\n";
}

}  // namespace gene::profile

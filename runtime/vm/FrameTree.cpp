#include "runtime/vm/FrameTree.h"

#include <algorithm>

namespace gene::vm {
namespace {

std::string_view shownName(const char* function) {
  const std::string_view name = function;
  return name.empty() ? "<unnamed>" : name == "__init__" ? "<module>" : name;
}

/// Where a function that was inlined begins, if its own code is still there; else 0.
uint32_t definitionOf(const Program& program, const TraceSite& site) {
  for (uint32_t i = 0; i < program.functionCount; i++) {
    const FunctionInfo& info = program.functions[i];
    if (info.isNative()) continue;
    const TraceSite& known = program.sites[info.site];
    if (std::string_view(known.function) == site.function &&
        std::string_view(known.file) == site.file)
      return known.line;
  }
  return 0;
}

/// Appends the frame and those inlined in it, outermost first.
void appendMeaning(const RawFrame& raw, std::vector<profile::Frame>& out) {
  if (!raw.function) return out.push_back({"<more frames>", "", 0, 0});
  if (!raw.pc) return out.push_back({raw.function->name.text(), profile::Frame::BuiltIn, 0, 0});
  const FunctionInfo& info = *raw.function;
  const TraceSite& own = info.program->sites[info.site];
  const SiteEntry* entry = siteBefore(raw.pc, *info.code);
  const TraceSite* site = entry ? &info.program->sites[entry->site] : &own;
  std::vector<const TraceSite*> inlined;
  for (; site->caller; site = site->caller) inlined.push_back(site);
  out.push_back({shownName(own.function), own.file, own.line, site->line});
  for (size_t i = inlined.size(); i-- > 0;)
    out.push_back({shownName(inlined[i]->function), inlined[i]->file,
                   definitionOf(*info.program, *inlined[i]), inlined[i]->line});
}

}  // namespace

uint32_t FrameTree::enter(Span<const RawFrame> innermostFirst, bool isWhole) {
  const RawFrame more{nullptr, nullptr};
  const size_t size = innermostFirst.size() + !isWhole;
  const auto frameAt = [&](size_t i) {  // outermost first
    return !isWhole && i == 0 ? more : innermostFirst[size - 1 - i];
  };
  size_t same = 0;
  while (same < std::min(size, lastFrames_.size()) && lastFrames_[same] == frameAt(same)) same++;
  lastFrames_.resize(same);
  lastNodes_.resize(same);
  uint32_t node = same ? lastNodes_.back() : Root;
  for (size_t i = same; i < size; i++) {
    const RawFrame frame = frameAt(i);
    const auto [callee, isNew] =
        nodes_[node].callees.try_emplace(frame, static_cast<uint32_t>(nodes_.size()));
    node = callee->second;
    if (isNew) nodes_.push_back(Node{frame, {}});
    lastFrames_.push_back(frame);
    lastNodes_.push_back(node);
  }
  return node;
}

void FrameTree::addStacks(Span<const uint64_t> weights, profile::Stacks& to) const {
  std::vector<profile::Frame> path;
  addStacks(weights, Root, path, to);
}

void FrameTree::addStacks(Span<const uint64_t> weights, uint32_t node,
                          std::vector<profile::Frame>& path, profile::Stacks& to) const {
  const size_t depth = path.size();
  if (node != Root) appendMeaning(nodes_[node].frame, path);
  to.add(path, weights[node]);
  for (const auto& [frame, callee] : nodes_[node].callees) addStacks(weights, callee, path, to);
  path.resize(depth, {});
}

profile::Frame FrameTree::innermost(uint32_t node) const {
  std::vector<profile::Frame> path;
  appendMeaning(nodes_[node].frame, path);
  return path.back();
}

}  // namespace gene::vm

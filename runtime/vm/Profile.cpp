#include "runtime/vm/Profile.h"

#include <algorithm>
#include <map>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include "runtime/abi/Entry.h"
#include "runtime/profile/Text.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {

using profile::format, profile::share;

namespace {

std::string nameOf(const FunctionInfo& info) {
  if (info.isNative()) return std::string(info.name.text());
  const TraceSite& site = info.program->sites[info.site];
  const std::string_view name = site.function;
  return std::string(name.empty() ? "<unnamed>" : name == "__init__" ? "<module>" : name);
}
std::string placeOf(const FunctionInfo& info) {
  if (info.isNative()) return "built-in";
  const TraceSite& site = info.program->sites[info.site];
  return std::string(site.file) + ":" + std::to_string(site.line);
}

}  // namespace

Profile::Profile(bool counting)
    : table_(profiledHandlers(counting)),
      rows_(OpcodeCount + 1),
      previous_(OpcodeCount),
      pairs_(size_t{rows_} * rows_) {
  stack_.push_back({&root_, nullptr});
  start_ = std::chrono::steady_clock::now();
  last_ = startTicks_ = now();
}

// --- events ---------------------------------------------------------------------------------------------------------------

Profile::Ticks Profile::now() {
#ifdef __x86_64__
  return __rdtsc();
#else
  return static_cast<Ticks>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// The time since the last event belongs to the function that runs.
void Profile::charge() { stack_.back().node->self += now() - last_; }

Profile::Node* Profile::callee(Node* node, const FunctionInfo& info) {
  for (Node* known : node->callees)
    if (known->function == &info) return known;
  Node* found = node;
  while (found && found->function != &info) found = found->parent;
  if (!found) {
    node->children.push_back(std::make_unique<Node>(Node{&info, node, {}, {}}));
    found = node->children.back().get();
  }
  node->callees.push_back(found);
  return found;
}

void Profile::push(const FunctionInfo& info, const Value* base) {
  Node* node = callee(stack_.back().node, info);
  node->calls++;
  stack_.push_back({node, base});
}

void Profile::truncate(size_t depth) {
  charge();
  stack_.resize(depth, {nullptr, nullptr});
  last_ = now();
}

void Profile::enter(const Value* base) {
  charge();
  push(*codeOf(base).info, base);
  last_ = now();
}

void Profile::replace(const Value* base) {
  charge();
  if (stack_.size() > 1) stack_.pop_back();
  push(*codeOf(base).info, base);
  last_ = now();
}

void Profile::leave() {
  charge();
  if (stack_.size() > 1) stack_.pop_back();
  last_ = now();
}

void Profile::unwind(const Value* base, bool caught) {
  size_t depth = stack_.size();
  while (depth > 1 &&
         (stack_[depth - 1].base > base || (!caught && stack_[depth - 1].base == base)))
    depth--;
  truncate(depth);
}

Profile::Flow Profile::suspend() {
  charge();
  Flow flow;
  flow.frames_.push_back({&root_, nullptr});
  stack_.swap(flow.frames_);
  last_ = now();
  return flow;
}

void Profile::resume(Flow&& flow) {
  charge();
  stack_ = std::move(flow.frames_);
  last_ = now();
}

Value Profile::callBuiltin(Context& context, const FunctionInfo& info, Arguments args) {
  const size_t depth = stack_.size();
  charge();
  push(info, stack_.back().base);
  last_ = now();
  const Value result = callAccepted(context, *info.builtin, args);
  truncate(depth);
  return result;
}

Value Profile::callValue(Context& context, Value callee, const Value* args, uint32_t count) {
  const size_t depth = stack_.size();
  charge();
  if (isKind(callee, Kind::Function) && as<FunctionObject>(callee)->info->builtin)
    push(*as<FunctionObject>(callee)->info, stack_.back().base);
  last_ = now();
  const Value result = call(context, callee, args, count);
  truncate(depth);
  return result;
}

Value Profile::callMethod(Context& context, uint64_t* words, const Value* args, uint32_t count) {
  const size_t depth = stack_.size();
  charge();
  const Value method = methodOf(context, args[0], Value{words[0]}.symbol());
  if (isKind(method, Kind::Function) && as<FunctionObject>(method)->info->builtin)
    push(*as<FunctionObject>(method)->info, stack_.back().base);
  last_ = now();
  const Value result = gene_call_method(&context, Value{words[0]},
                                        reinterpret_cast<InlineCache*>(words + 1), args, count);
  truncate(depth);
  return result;
}

// --- reports --------------------------------------------------------------------------------------------------------------

void Profile::calibrate() {
  charge();
  const std::chrono::duration<double, std::milli> passed =
      std::chrono::steady_clock::now() - start_;
  last_ = now();
  millisecondsPerTick_ = passed.count() / static_cast<double>(last_ - startTicks_);
}

double Profile::milliseconds(Ticks ticks) const {
  return static_cast<double>(ticks) * millisecondsPerTick_;
}

Profile::Ticks Profile::addTotals(Node& node) {
  node.total = node.self;
  for (const auto& child : node.children) node.total += addTotals(*child);
  return node.total;
}

uint64_t Profile::callsBelow(const Node& node) {
  uint64_t calls = 0;
  for (const auto& child : node.children) calls += child->calls + callsBelow(*child);
  return calls;
}

uint64_t Profile::calls() const { return callsBelow(root_); }

std::string Profile::callReport() {
  calibrate();
  std::string out = "=== Profile Report ===\n";
  if (root_.children.empty()) return out + "No profiling data available\n";
  addTotals(root_);
  struct Row {
    const FunctionInfo* function;
    uint64_t calls;
    Ticks self, total;
  };
  std::map<const FunctionInfo*, Row> rows;
  std::vector<const Node*> pending;
  for (const auto& child : root_.children) pending.push_back(child.get());
  Ticks all = 0;
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    Row& row = rows.try_emplace(node->function, Row{node->function, 0, 0, 0}).first->second;
    row.calls += node->calls;
    row.self += node->self;
    row.total += node->total;
    all += node->self;
    for (const auto& child : node->children) pending.push_back(child.get());
  }
  std::vector<Row> sorted;
  for (const auto& [function, row] : rows) sorted.push_back(row);
  std::sort(sorted.begin(), sorted.end(), [](const Row& a, const Row& b) {
    if (a.self != b.self) return a.self > b.self;
    return a.calls > b.calls;
  });
  out += format("%12s %11s %6s %11s %11s  %s\n", "calls", "self ms", "self", "total ms", "us/call",
                "function");
  for (const Row& row : sorted)
    out += format("%12llu %11.3f %5.1f%% %11.3f %11.3f  %s (%s)\n",
                  static_cast<unsigned long long>(row.calls), milliseconds(row.self),
                  share(row.self, all), milliseconds(row.total),
                  1000 * milliseconds(row.total) / static_cast<double>(row.calls),
                  nameOf(*row.function).c_str(), placeOf(*row.function).c_str());
  return out;
}

void Profile::fold(const Node& node, const std::string& path, std::string& out) const {
  const std::string here = (path.empty() ? "" : path + ";") + nameOf(*node.function);
  if (const auto us = static_cast<uint64_t>(1000 * milliseconds(node.self)); us > 0)
    out += here + " " + std::to_string(us) + "\n";
  for (const auto& child : node.children) fold(*child, here, out);
}

std::string Profile::foldedStacks() {
  calibrate();
  std::string out;
  for (const auto& child : root_.children) fold(*child, "", out);
  return out;
}

std::string Profile::instructionReport() const {
  struct Row {
    uint64_t count;
    uint32_t first, second;
  };
  std::vector<uint64_t> counts(rows_);
  std::vector<Row> pairs, singles;
  uint64_t all = 0, paired = 0;
  for (uint32_t first = 0; first < rows_; first++)
    for (uint32_t second = 0; second < rows_; second++) {
      const uint64_t count = pairs_[size_t{first} * rows_ + second];
      if (count == 0) continue;
      counts[second] += count;
      all += count;
      if (first == OpcodeCount) continue;  // the first instruction follows none
      paired += count;
      pairs.push_back({count, first, second});
    }
  for (uint32_t op = 0; op < OpcodeCount; op++)
    if (counts[op] != 0) singles.push_back({counts[op], op, 0});
  const auto byCount = [](const Row& a, const Row& b) {
    if (a.count != b.count) return a.count > b.count;
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  };
  std::sort(singles.begin(), singles.end(), byCount);
  std::sort(pairs.begin(), pairs.end(), byCount);
  constexpr size_t mostPairs = 40;
  if (pairs.size() > mostPairs) pairs.resize(mostPairs);
  const auto name = [](uint32_t op) { return std::string(OpcodeTable[op].name); };
  std::string out = "=== Instruction Profile Report ===\n";
  out += format("%14llu instructions\n\n", static_cast<unsigned long long>(all));
  out += format("%14s %7s  %s\n", "count", "share", "opcode");
  for (const Row& row : singles)
    out += format("%14llu %6.2f%%  %s\n", static_cast<unsigned long long>(row.count),
                  share(row.count, all), name(row.first).c_str());
  out += format("\n%14s %7s  %s\n", "count", "share", "pair");
  for (const Row& row : pairs)
    out += format("%14llu %6.2f%%  %s %s\n", static_cast<unsigned long long>(row.count),
                  share(row.count, paired), name(row.first).c_str(), name(row.second).c_str());
  return out;
}

}  // namespace gene::vm

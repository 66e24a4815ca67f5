#include "runtime/vm/Sampler.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/vm/Interpreter.h"

namespace gene::vm {
namespace {

/// No more frames of a stack than this are looked at, from the innermost one on.
constexpr size_t MostFrames = 256;

/// A frame as it is found: what that means is found out at the end.
struct RawFrame {
  const FunctionInfo* function;
  const uint16_t* pc;  // null: a built-in function

  auto operator<=>(const RawFrame&) const = default;
};
struct RawNode {
  RawFrame frame;
  uint64_t weight = 0;
  std::map<RawFrame, uint32_t> callees;
};

/// Of all threads.
struct Samples {
  std::mutex mutex;
  std::vector<RawNode> nodes{RawNode{{nullptr, nullptr}, 0, {}}};
  std::atomic<uint64_t> outside = 0;  // nanoseconds in the event loop

  void add(const std::vector<RawFrame>& innermostFirst, bool isWhole, uint64_t weight) {
    const std::lock_guard lock(mutex);
    uint32_t node = 0;
    const auto enter = [&](RawFrame frame) {
      const auto [callee, isNew] =
          nodes[node].callees.try_emplace(frame, static_cast<uint32_t>(nodes.size()));
      node = callee->second;
      if (isNew) nodes.push_back(RawNode{frame, 0, {}});
    };
    if (!isWhole) enter({nullptr, nullptr});
    for (size_t i = innermostFirst.size(); i-- > 0;) enter(innermostFirst[i]);
    nodes[node].weight += weight;
  }
};
/// Never destroyed: other threads may run to the end of the process.
Samples& samples() {
  static auto* const all = new Samples;
  return *all;
}

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
void appendFrames(const RawFrame& raw, std::vector<profile::Frame>& out) {
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

void addStacks(const Samples& from, const RawNode& node, std::vector<profile::Frame>& path,
               profile::Stacks& to) {
  const size_t depth = path.size();
  if (&node != from.nodes.data()) appendFrames(node.frame, path);
  to.add(path, node.weight);
  for (const auto& [frame, callee] : node.callees) addStacks(from, from.nodes[callee], path, to);
  path.resize(depth, {});
}

}  // namespace

// --- ticks ----------------------------------------------------------------------------------------------------------------

Sampler::Sampler(Context& context) : context_(context) {
  const SampledHandlers handlers = sampledHandlers();
  std::copy_n(handlers.all, OpcodeCount, table_);
  profile::beginTicks(*this);
}

Sampler::~Sampler() { profile::endTicks(*this); }

void Sampler::tick(uint64_t nanoseconds, const void*) {
  const State& vm = *context_.vm;
  if (!vm.entered) {
    samples().outside.fetch_add(nanoseconds, std::memory_order_relaxed);
    return;
  }
  if (due_.fetch_add(nanoseconds, std::memory_order_relaxed) == 0) {
    during_ = vm.calling;
    from_ = vm.place;
    entered_ = vm.entered;
  }
  void* const sample = sampledHandlers().sample;
  for (void*& handler : table_) *const_cast<void* volatile*>(&handler) = sample;
}

/// Puts the handlers back; gives the weight of the sample.
uint64_t Sampler::disarm() {
  const SampledHandlers handlers = sampledHandlers();
  std::copy_n(handlers.all, OpcodeCount, table_);
  return due_.exchange(0, std::memory_order_relaxed);
}

void Sampler::take(const uint16_t* pc, Value* base) {
  const Calling* const during = during_;
  const uint64_t weight = disarm();
  if (weight == 0) return;
  const Entered* const run = context_.vm->entered;
  if (during)
    record(builtinOf(*during), from_, entered_, weight);
  else if (pc == exitCode + 4)  // the run has left its frame: whoever began it goes on
    record(run->calling ? builtinOf(*run->calling) : nullptr, run->from, run->outer, weight);
  else
    record(nullptr, {pc, base}, run, weight);
}

void Sampler::record(const FunctionInfo* builtin, Place place, const Entered* entered,
                     uint64_t weight) {
  std::vector<RawFrame> frames;
  if (builtin) frames.push_back({builtin, nullptr});
  auto [pc, base] = place;
  while (base && frames.size() < MostFrames) {
    frames.push_back({codeOf(base).info, pc});
    const uint64_t link = base[-1].bits;
    pc = reinterpret_cast<const uint16_t*>(link >> 16);
    base -= link & 0xFFFF;
    if (pc != exitCode) continue;
    // What C++ code called: the frame that called that code.
    if (!entered) break;
    if (entered->calling)
      if (const FunctionInfo* between = builtinOf(*entered->calling))
        frames.push_back({between, nullptr});
    pc = entered->from.pc;
    base = entered->from.base;
    entered = entered->outer;
  }
  if (frames.empty()) return;
  samples().add(frames, !base || pc == exitCode, weight);
}

// --- calls ----------------------------------------------------------------------------------------------------------------

/// The built-in function that is called; null if it is another one.
const FunctionInfo* Sampler::builtinOf(const Calling& calling) const {
  Value callee{calling.bits};
  switch (calling.what) {
    case Calling::Function: return reinterpret_cast<const FunctionInfo*>(calling.bits);
    case Calling::Callee: break;
    case Calling::Method: callee = methodOf(context_, calling.args[0], callee.symbol()); break;
  }
  if (!isKind(callee, Kind::Function)) return nullptr;
  const FunctionInfo* info = as<FunctionObject>(callee)->info;
  return info->builtin ? info : nullptr;
}

inline Value Sampler::end(const Calling& calling, Value result) {
  context_.vm->calling = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (GENE_UNLIKELY(due_.load(std::memory_order_relaxed) != 0))
    takeAt(calling, !result.isPending());
  return result;
}

void Sampler::takeAt(const Calling& calling, bool hasResult) {
  const bool fellIntoIt = during_ == &calling;
  const State& vm = *context_.vm;
  const uint64_t weight = disarm();
  record(fellIntoIt && hasResult ? builtinOf(calling) : nullptr, vm.place, vm.entered, weight);
}

Value Sampler::callBuiltin(const FunctionInfo& info, Arguments args) {
  const Calling noted{Calling::Function, reinterpret_cast<uint64_t>(&info), nullptr};
  context_.vm->calling = &noted;
  return end(noted, callAccepted(context_, *info.builtin, args));
}

Value Sampler::callValue(Value callee, const Value* args, uint32_t count) {
  const Calling noted{Calling::Callee, callee.bits, nullptr};
  context_.vm->calling = &noted;
  return end(noted, call(context_, callee, args, count));
}

Value Sampler::callMethod(uint64_t* words, const Value* args, uint32_t count) {
  const Calling noted{Calling::Method, words[0], args};
  context_.vm->calling = &noted;
  return end(noted, gene_call_method(&context_, Value{words[0]},
                                     reinterpret_cast<InlineCache*>(words + 1), args, count));
}

// --- reports --------------------------------------------------------------------------------------------------------------

void beginSampling(Context& context) {
  auto* const sampler = new Sampler(context);
  context.vm->sampler = sampler;
  context.vm->endSampling = [](State& state) { delete state.sampler; };
}

profile::Stacks takeSamples() {
  profile::stopTicks();
  Samples& all = samples();
  const std::lock_guard lock(all.mutex);
  profile::Stacks stacks(profile::Unit::Nanoseconds);
  std::vector<profile::Frame> path;
  addStacks(all, all.nodes[0], path, stacks);
  const profile::Frame loop{"<event loop>", "", 0, 0};
  stacks.add({&loop, 1}, all.outside);
  return stacks;
}

}  // namespace gene::vm

#include "runtime/vm/Sampler.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/vm/FrameTree.h"
#include "runtime/vm/Interpreter.h"

namespace gene::vm {
namespace {

/// Of all threads.
struct Samples {
  std::mutex mutex;
  FrameTree tree;
  std::vector<uint64_t> weights;      // by node
  std::atomic<uint64_t> outside = 0;  // nanoseconds in the event loop

  void add(const std::vector<RawFrame>& innermostFirst, bool isWhole, uint64_t weight) {
    const std::lock_guard lock(mutex);
    const uint32_t node = tree.enter(innermostFirst, isWhole);
    if (node >= weights.size()) weights.resize(node + 1);
    weights[node] += weight;
  }
};
/// Never destroyed: other threads may run to the end of the process.
Samples& samples() {
  static auto* const all = new Samples;
  return *all;
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
  const bool isWhole =
      appendFrames(place, entered, [&](const Calling& c) { return builtinOf(c); }, frames);
  if (!frames.empty()) samples().add(frames, isWhole, weight);
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
  all.weights.resize(all.tree.size());
  all.tree.addStacks(all.weights, stacks);
  const profile::Frame loop{"<event loop>", "", 0, 0};
  stacks.add({&loop, 1}, all.outside);
  return stacks;
}

}  // namespace gene::vm

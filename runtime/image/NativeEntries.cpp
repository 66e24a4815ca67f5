#include "runtime/image/NativeEntries.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/Sharing.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/vm/Arrival.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Opcodes.h"

namespace gene::vm {
namespace {

/// An EnterNative instruction and its words. The code is 0 until it is bound.
struct Stub {
  uint64_t instruction;
  uint64_t code;
  uint64_t arrival;
};

/// Other threads run this code.
void store(uint64_t& word, uint64_t value) { __atomic_store_n(&word, value, __ATOMIC_RELEASE); }
void store(uint16_t*& pointer, uint16_t* value) {
  __atomic_store_n(&pointer, value, __ATOMIC_RELEASE);
}

class Entering : Arrival {
 public:
  Entering(Program& running, const NativeEntries& entries)
      : Arrival{[](Context& context, Arrival& arrival) {
          return static_cast<Entering&>(arrival).bind(context);
        }},
        running_(running),
        entries_(entries),
        stubs_(running.functionCount) {}

  EnteredCounts lead(WhichEntered which) {
    which_ = which;
    for (uint32_t i = 0; i < running_.functionCount; i++) {
      const FunctionInfo& info = running_.functions[i];
      if (!entries_.entries[i] || !isEntered(i)) continue;
      Stub& stub = stubs_[i];
      stub = {static_cast<uint64_t>(Opcode::EnterNative) | uint64_t{info.slotCount} << 16, 0,
              reinterpret_cast<uint64_t>(static_cast<Arrival*>(this))};
      entered_.push_back(i);
    }
    redirect(true);
    return {entered_.size(), leadLoops()};
  }

 private:
  [[nodiscard]] bool isEntered(uint32_t function) const {
    return isChosen(function) && entries_.bodies[function] && running_.functions[function].code;
  }
  [[nodiscard]] bool isChosen(uint64_t function) const {
    return which_ == WhichEntered::All || (function % 2 == 0) == (which_ == WhichEntered::Even);
  }
  [[nodiscard]] uint16_t* stubOf(uint32_t function) {
    return reinterpret_cast<uint16_t*>(&stubs_[function]);
  }

  /// Leads all calls to the stubs, or back.
  void redirect(bool toStubs) {
    std::unordered_map<uint64_t, uint64_t> targets;
    const auto target = [&](uint16_t*& entry, uint16_t* code, uint32_t function) {
      const auto from = reinterpret_cast<uint64_t>(code);
      const auto to = reinterpret_cast<uint64_t>(stubOf(function));
      if (toStubs) targets[from] = to;
      store(entry, toStubs ? stubOf(function) : code);
    };
    for (const uint32_t i : entered_) {
      Code& code = *running_.functions[i].code;
      target(code.entry, code.start, i);
      target(code.entryBehindChecks, code.behindChecks, i);
    }
    // The way back is rare: a stub without code leads to the bytecode.
    if (!toStubs) return;
    for (uint32_t i = 0; i < running_.functionCount; i++)
      redirectCalls(*running_.functions[i].code, targets);
  }

  /// After the calls: their words are no longer to be read as instructions.
  size_t leadLoops() {
    size_t count = 0;
    loops_.resize(entries_.loopCount);
    for (size_t i = 0; i < loops_.size(); i++) {
      const NativeLoop& loop = entries_.loops[i];
      Code* const code =
          loop.function < running_.functionCount ? running_.functions[loop.function].code : nullptr;
      if (!code || loop.offset >= code->wordCount || !isChosen(loop.function)) continue;
      uint16_t* const place = code->start + 4 * loop.offset;
      if (*place != loop.opcode) continue;
      loops_[i] = {nullptr, loop.registers, static_cast<uint32_t>(loop.count), *place, place,
                   this,    code->loops};
      __atomic_store_n(&code->loops, &loops_[i], __ATOMIC_RELEASE);
      __atomic_store_n(place, static_cast<uint16_t>(Opcode::EnterLoop), __ATOMIC_RELEASE);
      count++;
    }
    return count;
  }

  /// The functions that the words of known calls name.
  static void redirectCalls(const Code& code,
                            const std::unordered_map<uint64_t, uint64_t>& targets) {
    auto* words = reinterpret_cast<uint64_t*>(code.start);
    for (uint32_t at = 0; at < code.wordCount;) {
      const OpcodeInfo& info = opcodeInfo(static_cast<Opcode>(static_cast<uint16_t>(words[at])));
      const uint32_t count = wordsBehind(words + at);
      const size_t where = info.words == "r+" ? std::string_view::npos : info.words.find('p');
      if (where != std::string_view::npos) {
        uint64_t& word = words[at + 1 + where];
        if (const auto found = targets.find(word); found != targets.end())
          store(word, found->second);
      }
      at += 1 + count;
    }
  }

  bool bind(Context& context) {
    // Constants belong to the heap that lives longest.
    if (context.isBeside) return false;
    if (state_ != State::Announced) return state_ == State::Bound;
    // Its closures and globals are the running program's.
    *entries_.slots = running_.slots;
    *entries_.functions = running_.functions;
    Expected<Program*> native = loadNative(context, *entries_.program);
    if (!native || !std::equal(running_.globalNames, running_.globalNames + running_.globalCount,
                               (*native)->globalNames)) {
      state_ = State::Refused;
      redirect(false);
      return false;
    }
    if (!running_.uses.empty()) shareConstants(context, **native);
    for (uint32_t i = 0; i < running_.functionCount; i++) {
      if (!isEntered(i)) continue;
      FunctionInfo& info = running_.functions[i];
      info.body = entries_.bodies[i];
      initializeEntries(info);
    }
    for (const uint32_t i : entered_)
      store(stubs_[i].code, reinterpret_cast<uint64_t>(entries_.entries[i]));
    for (size_t i = 0; i < loops_.size(); i++) loops_[i].code = entries_.loops[i].code;
    state_ = State::Bound;
    return true;
  }

  enum class State : uint8_t { Announced, Bound, Refused };
  Program& running_;
  const NativeEntries& entries_;
  WhichEntered which_ = WhichEntered::All;
  std::vector<Stub> stubs_;         // by function index
  std::vector<uint32_t> entered_;   // functions
  std::vector<LoopArrival> loops_;  // as in entries_
  State state_ = State::Announced;
};

}  // namespace

std::optional<EnteredCounts> enterNative(Program& running, const NativeEntries& entries,
                                         WhichEntered which) {
  if (entries.count != running.functionCount || entries.globalCount != running.globalCount)
    return std::nullopt;
  // Calls lead there as long as the process lives.
  static std::vector<std::unique_ptr<Entering>> all;
  all.push_back(std::make_unique<Entering>(running, entries));
  return all.back()->lead(which);
}

}  // namespace gene::vm

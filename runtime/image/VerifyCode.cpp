#include "runtime/image/VerifyCode.h"

#include "runtime/vm/Opcodes.h"

namespace gene::image {

using vm::Opcode;
using vm::OpcodeInfo;

namespace {

class CodeVerifier {
 public:
  CodeVerifier(const CodeView& code, const ImageFunction& function, const CodeLimits& limits)
      : code_(code),
        function_(function),
        limits_(limits),
        starts_(code.header->words + size_t{1}, false),
        raising_(starts_) {}

  std::string run() {
    const uint32_t frame = code_.header->frameSize;
    if (frame > vm::MaxFrameSize || frame < function_.slotCount)
      return "the frame size is impossible";
    if (code_.header->words == 0) return "a function has no code";
    while (at_ < code_.header->words && problem_.empty()) instruction();
    if (problem_.empty() && !ended_) fail("control falls off the end");
    for (const uint64_t target : targets_)
      if (target >= code_.header->words || !starts_[target]) fail("a jump leads nowhere");
    tables();
    return problem_;
  }

 private:
  void fail(const char* what) {
    if (problem_.empty()) problem_ = std::string(what) + " at word " + std::to_string(start_);
  }
  [[nodiscard]] uint16_t half(uint32_t i) const {
    return static_cast<uint16_t>(code_.words[start_] >> (16 * i));
  }
  [[nodiscard]] uint32_t wide() const { return static_cast<uint32_t>(code_.words[start_] >> 32); }
  void check(bool condition, const char* what) {
    if (!condition) fail(what);
  }
  void reg(uint32_t index) {
    check(index < code_.header->frameSize, "a register lies outside the frame");
  }
  void range(uint32_t first, uint32_t count) {
    check(uint64_t{first} + count <= code_.header->frameSize, "registers lie outside the frame");
  }
  void jump(int64_t words) { targets_.push_back(static_cast<uint64_t>(int64_t{next_} + words)); }
  void constant(uint64_t slot, bool symbol) {
    const uint64_t index = slot - limits_.globals;
    if (slot < limits_.globals || index >= limits_.symbolConstants.size())
      fail("no such constant");
    else
      check(!symbol || limits_.symbolConstants[index], "a name is no symbol");
  }

  void instruction() {
    start_ = at_;
    starts_[start_] = raising_[start_] = true;
    if (half(0) >= vm::OpcodeCount || half(0) == static_cast<uint16_t>(Opcode::Exit) ||
        half(0) == static_cast<uint16_t>(Opcode::EnterNative) ||
        half(0) == static_cast<uint16_t>(Opcode::EnterLoop))
      return fail("no such opcode");
    op_ = static_cast<Opcode>(half(0));
    const OpcodeInfo& info = opcodeInfo(op_);
    uint32_t words = static_cast<uint32_t>(info.words.size());
    if (info.words == "*") words = half(3);
    if (info.words == "r+") {
      if (start_ + 1 >= code_.header->words) return fail("the code is truncated");
      const uint16_t row = static_cast<uint16_t>(code_.words[start_ + 1]);
      if (row >= vm::RuntimeOpCount) return fail("no such runtime function");
      words = 1u + vm::RuntimeTable[row].immediates;
    }
    if (words >= code_.header->words - start_) return fail("the code is truncated");
    next_ = start_ + 1 + words;
    for (uint32_t i = 0; i < 3; i++) field(info.field(i), i);
    for (uint32_t i = 0; i < words; i++) {
      const char letter = info.words == "*" ? '*' : i < info.words.size() ? info.words[i] : '+';
      word(letter, code_.words[start_ + 1 + i]);
    }
    // The second half of a pair raises at its further word.
    if (op_ == Opcode::DivIToInt) raising_[start_ + 1] = true;
    if (words == 1 &&
        (info.words == "h" || info.words == "t" || info.words == "j" || info.words == "J"))
      raising_[start_ + 1] = true;
    if (op_ == Opcode::Switch) check(words > 0, "a switch without jumps");
    ended_ = info.ends;
    at_ = next_;
  }

  void field(char letter, uint32_t i) {
    const uint16_t value = half(i + 1);
    switch (letter) {
      case 'd':
      case 's': reg(value); break;
      case 'D': range(value, 2); break;
      case 'w':
        check(value >= (op_ == Opcode::New ? 3 : 2), "a call window starts too low");
        range(value, half(2));
        if (op_ == Opcode::New || op_ == Opcode::CallMethod || op_ == Opcode::TailCallMethod ||
            op_ == Opcode::CallMethodShaped || op_ == Opcode::TailCallMethodShaped ||
            op_ == Opcode::CallSuper || op_ == Opcode::TailCallSuper)
          check(half(2) > 0, "a call without a receiver");
        break;
      case 'm':
        check(value >= 2, "a call window starts too low");
        range(value, opcodeInfo(op_).field(2) == 's' ? 2 : 1);
        if (op_ == Opcode::ArraySet || op_ == Opcode::TableGet || op_ == Opcode::TableHas)
          check(half(3) == (op_ == Opcode::TableHas ? 2 : 3), "a method with other operands");
        jump(vm::CallMethodWords);
        break;
      case 'x': range(value, half(i + 2)); break;
      case 'v':
        check(value == Value::nil().bits || value == Value::notFound().bits ||
                  value == Value::false_().bits || value == Value::true_().bits ||
                  value == Value::void_().bits || value == Value::placeholder().bits ||
                  value == Value::absent().bits,
              "no such constant value");
        break;
      case 'o': jump(static_cast<int16_t>(value)); break;
      case 'O': jump(static_cast<int32_t>(wide())); break;
      case 'K':
        check(wide() < limits_.globals + limits_.symbolConstants.size(), "no such constant");
        break;
      case 'G': check(wide() < limits_.globals, "no such global"); break;
      case 'u':
        if (op_ == Opcode::CaptureGet)
          check(value < function_.captureCount, "no such captured value");
        break;
      default: break;
    }
  }

  void function(uint64_t index, uint32_t arguments) {
    if (index >= limits_.functions.size()) return fail("no such function");
    const ImageFunction& callee = limits_.functions[index];
    if (op_ == Opcode::Closure)
      return check(half(3) == callee.captureCount, "wrong number of captured values");
    check(arguments == callee.slotCount, "wrong number of arguments for a known function");
    const bool captures = op_ == Opcode::CallClosure || op_ == Opcode::TailCallClosure ||
                          op_ == Opcode::CallClosureChecked ||
                          op_ == Opcode::TailCallClosureChecked;
    check(captures || callee.captureCount == 0, "a known call without the closure");
  }

  void word(char letter, uint64_t value) {
    switch (letter) {
      case 'k': constant(value, true); break;
      case 'q': constant(value, false); break;
      case 'c': check(value == 0, "an inline cache is not empty"); break;
      case 'p': function(value & ~vm::BehindChecks, half(2)); break;
      case 'f': function(value, half(2)); break;
      case 'F': function(value, 0); break;
      case 'S': {
        const bool method = op_ != Opcode::CallShaped && op_ != Opcode::TailCallShaped;
        shape(value, op_ == Opcode::TailCallMethodDynamic ? half(3) : half(2) - (method ? 1u : 0u));
        break;
      }
      case 'h': reg(static_cast<uint16_t>(value)); break;
      case 'j': reg(static_cast<uint16_t>(value >> 16)); break;
      case 'r': runtimeRow(value); break;
      case '*': jump(static_cast<int32_t>(value)); break;
      default: break;
    }
  }

  void shape(uint64_t index, uint32_t arguments) {
    if (index >= limits_.shapes.size()) return fail("no such call shape");
    check(limits_.shapes[index].count == arguments, "wrong number of arguments for a call shape");
  }

  void runtimeRow(uint64_t registers) {
    const vm::RuntimeRow& row = vm::RuntimeTable[registers & 0xFFFF];
    check(row.mayRaise == (op_ == Opcode::RuntimeRaising),
          "the wrong opcode for a runtime function");
    for (uint32_t i = 0; i < row.operands; i++)
      reg(static_cast<uint16_t>(registers >> (16 * (i + 1))));
    check(row.variadic || half(3) == 0, "a runtime function takes no further operands");
    for (uint32_t i = 0; i < row.immediates; i++) {
      const uint64_t value = code_.words[start_ + 2 + i];
      switch (row.kinds[i]) {
        case 'y': constant(value, true); break;
        case 'k': constant(value, false); break;
        case 'F': check(value < limits_.functions.size(), "no such function"); break;
        case 'S': shape(value, half(3)); break;
        case 'c': check(value == 0, "an inline cache is not empty"); break;
        default: break;
      }
    }
  }

  void tables() {
    uint64_t before = 0;
    for (uint32_t i = 0; i < code_.header->sites && problem_.empty(); i++) {
      const vm::SiteEntry& entry = code_.sites[i];
      if (entry.offset >= code_.header->words || !raising_[entry.offset] ||
          (i && entry.offset <= before) || entry.site >= limits_.sites)
        fail("the table of sites is damaged");
      before = entry.offset;
    }
    for (uint32_t i = 0; i < code_.header->handlers && problem_.empty(); i++) {
      const vm::HandlerEntry& entry = code_.handlers[i];
      if (entry.offset >= code_.header->words || !raising_[entry.offset] ||
          (i && entry.offset <= before) || entry.landing >= code_.header->words ||
          !starts_[entry.landing] || entry.reg >= code_.header->frameSize)
        fail("the table of handlers is damaged");
      before = entry.offset;
    }
  }

  const CodeView& code_;
  const ImageFunction& function_;
  const CodeLimits& limits_;
  std::vector<bool> starts_;   // words that an instruction begins with
  std::vector<bool> raising_;  // … and those where one may raise
  std::vector<uint64_t> targets_;
  std::string problem_;
  Opcode op_ = Opcode::Move;
  uint32_t at_ = 0, start_ = 0, next_ = 0;
  bool ended_ = false;
};

}  // namespace

bool viewCode(Span<uint8_t> bytes, CodeView* view) {
  if (bytes.size() < sizeof(ImageCode)) return false;
  view->header = reinterpret_cast<const ImageCode*>(bytes.data());
  const ImageCode& header = *view->header;
  const uint64_t size = sizeof(ImageCode) + uint64_t{header.words} * 8 +
                        uint64_t{header.sites} * sizeof(vm::SiteEntry) +
                        uint64_t{header.handlers} * sizeof(vm::HandlerEntry);
  if (size > bytes.size()) return false;
  uint8_t* at = bytes.data() + sizeof(ImageCode);
  view->words = reinterpret_cast<uint64_t*>(at);
  at += uint64_t{header.words} * 8;
  view->sites = reinterpret_cast<const vm::SiteEntry*>(at);
  view->handlers = reinterpret_cast<const vm::HandlerEntry*>(at + uint64_t{header.sites} *
                                                                      sizeof(vm::SiteEntry));
  return true;
}

std::string verifyCode(const CodeView& code, const ImageFunction& function,
                       const CodeLimits& limits) {
  return CodeVerifier(code, function, limits).run();
}

}  // namespace gene::image

#include "codegen/bytecode/Disassembler.h"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/image/Constants.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/image/VerifyCode.h"
#include "runtime/value/Value.h"
#include "runtime/vm/Opcodes.h"

namespace gene {

using namespace image;
using vm::OpcodeInfo;

namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char buffer[256];
  va_list arguments;
  va_start(arguments, pattern);
  const int length = std::vsnprintf(buffer, sizeof buffer, pattern, arguments);
  va_end(arguments);
  return std::string(buffer, std::min<size_t>(static_cast<size_t>(length), sizeof buffer - 1));
}

const char* wordName(uint16_t bits) {
  if (bits == Value::nil().bits) return "nil";
  if (bits == Value::notFound().bits) return "not_found";
  if (bits == Value::false_().bits) return "false";
  if (bits == Value::true_().bits) return "true";
  if (bits == Value::void_().bits) return "void";
  if (bits == Value::placeholder().bits) return "_";
  return "absent";
}

class Disassembler {
 public:
  Disassembler(Span<const uint8_t> image, bool addresses) : image_(image), addresses_(addresses) {
    const Span<const uint8_t> strings = table<uint8_t>(image, Section::Strings);
    for (const ImageText& text : table<ImageText>(image, Section::Symbols)) {
      const bool inside =
          text.offset <= strings.size() && text.length <= strings.size() - text.offset;
      symbols_.push_back(
          inside ? Symbol::of(
                       {reinterpret_cast<const char*>(strings.data()) + text.offset, text.length})
                 : Symbol{});
    }
    ConstantReader reader(table<uint8_t>(image, Section::Constants), symbols_, arena_);
    const ImageHeader& header = *reinterpret_cast<const ImageHeader*>(image.data());
    for (uint32_t i = 0; i < header.constants && !reader.failed(); i++) {
      Special special;
      const Form* form = reader.read(&special);
      constants_.push_back(form                              ? printForm(*form)
                           : special == Special::Placeholder ? "_"
                                                             : "absent");
    }
  }

  std::string run() {
    const Span<const ImageFunction> functions = table<ImageFunction>(image_, Section::Functions);
    for (size_t i = 0; i < functions.size(); i++) function(functions[i], i != 0);
    return std::move(out_);
  }

  std::map<uint64_t, std::string> texts() {
    std::map<uint64_t, std::string> result;
    for (const ImageFunction& f : table<ImageFunction>(image_, Section::Functions)) {
      if (!look(f)) continue;
      for (uint32_t at = 0; at < view_.header->words; at += 1 + behind(at)) {
        out_.clear();
        instruction(at);
        if (!out_.empty()) out_.pop_back();
        const auto* place = reinterpret_cast<const uint8_t*>(view_.words + at);
        result[static_cast<uint64_t>(place - image_.data())] = name(f) + " " + out_;
      }
    }
    return result;
  }

 private:
  /// Makes `view_` that of the function; false if it lies outside of the image.
  bool look(const ImageFunction& function) {
    Span<const uint8_t> code = table<uint8_t>(image_, Section::Code);
    if (function.codeOffset > code.size()) return false;
    code = code.subspan(function.codeOffset);
    // The view is only read here.
    return viewCode({const_cast<uint8_t*>(code.data()), code.size()}, &view_);
  }

  void function(const ImageFunction& function, bool inner) {
    if (!look(function)) return;
    const CodeView& view = view_;
    indent_ = inner ? "  " : "";
    if (inner) out_ += "function body: " + name(function) + signature(function) + "\n";
    uint32_t count = 0;
    for (uint32_t at = 0; at < view.header->words; at += 1 + behind(at)) count++;
    out_ += format("%sInstructions (%u):\n", indent_, count);
    for (uint32_t at = 0; at < view.header->words; at += 1 + behind(at)) instruction(at);
    for (uint32_t i = 0; i < view.header->handlers; i++) {
      const vm::HandlerEntry& handler = view.handlers[i];
      out_ += format("%s; exceptions at %04x go to %04x with r%u\n", indent_, handler.offset,
                     handler.landing, handler.reg);
    }
    out_ += "\n";
  }

  std::string name(const ImageFunction& function) const {
    const std::string name(function.name < symbols_.size() ? symbols_[function.name].text() : "");
    return name.empty() ? "<lambda>" : name;
  }
  static std::string signature(const ImageFunction& function) {
    return format(" (slots %u, captures %u)", function.slotCount, function.captureCount);
  }

  uint32_t behind(uint32_t at) const {
    const uint64_t* words = view_.words + at;
    const uint32_t left = view_.header->words - at - 1;
    if (static_cast<uint16_t>(*words) >= vm::OpcodeCount) return left;
    const OpcodeInfo& info = vm::OpcodeTable[static_cast<uint16_t>(*words)];
    if (info.words == "r+" && (left == 0 || static_cast<uint16_t>(words[1]) >= vm::RuntimeOpCount))
      return left;
    return std::min(left, vm::wordsBehind(words));
  }

  void instruction(uint32_t at) {
    const uint64_t first = view_.words[at];
    out_ += indent_;
    if (addresses_) out_ += format("%04x ", at);
    if (static_cast<uint16_t>(first) >= vm::OpcodeCount) {
      out_ += "??\n";
      return;
    }
    const OpcodeInfo& info = vm::OpcodeTable[static_cast<uint16_t>(first)];
    next_ = at + 1 + behind(at);
    std::string text;
    const bool runtime = info.words == "r+" && next_ > at + 1;
    if (runtime) {
      const vm::RuntimeRow& row = vm::RuntimeTable[static_cast<uint16_t>(view_.words[at + 1])];
      out_ += format("%-18s", std::string(row.mnemonic).c_str());
      text = format(" r%u", half(first, 1));
      for (uint32_t i = 0; i < row.operands; i++)
        text += format(" r%u", half(view_.words[at + 1], i + 1));
      if (row.variadic) text += registers(half(first, 2), half(first, 3));
      for (uint32_t i = 0; i < row.immediates; i++)
        text += " " + word(row.kinds[i], view_.words[at + 2 + i]);
    } else {
      out_ += format("%-18s", std::string(info.name).c_str());
      for (uint32_t i = 0; i < 3; i++) text += field(info, first, i);
      for (uint32_t i = at + 1; i < next_; i++) {
        const char letter = info.words == "*" ? '*' : info.words[i - at - 1];
        if (letter != 'f' && letter != 'c') text += " " + word(letter, view_.words[i]);
      }
    }
    out_ += text + "\n";
  }

  static uint16_t half(uint64_t word, uint32_t i) {
    return static_cast<uint16_t>(word >> (16 * i));
  }
  static std::string registers(uint32_t first, uint32_t count) {
    if (count == 0) return " []";
    return count == 1 ? format(" [r%u]", first) : format(" [r%u..r%u]", first, first + count - 1);
  }
  std::string constant(uint64_t slot) const {
    const uint64_t index = slot - table<ImageGlobal>(image_, Section::Globals).size();
    if (index >= constants_.size()) return "?";
    return constants_[index].size() > 60 ? constants_[index].substr(0, 57) + "..."
                                         : constants_[index];
  }
  std::string global(uint32_t index) const {
    const Span<const ImageGlobal> globals = table<ImageGlobal>(image_, Section::Globals);
    if (index >= globals.size() || globals[index].symbol >= symbols_.size()) return "?";
    return std::string(symbols_[globals[index].symbol].text());
  }
  std::string functionName(uint64_t index) const {
    const Span<const ImageFunction> functions = table<ImageFunction>(image_, Section::Functions);
    return index < functions.size() ? name(functions[index]) : "?";
  }

  std::string field(const OpcodeInfo& info, uint64_t first, uint32_t i) const {
    const uint16_t value = half(first, i + 1);
    const uint32_t wide = static_cast<uint32_t>(first >> 32);
    switch (info.field(i)) {
      case 'd':
      case 's':
      case 'D': return format(" r%u", value);
      case 'm': return format(" r%u", value - 2u);  // where the result arrives
      case 'i': return format(" %d", static_cast<int16_t>(value));
      case 'u': return info.words == "*" ? "" : format(" %u", value);
      case 'v': return std::string(" ") + wordName(value);
      case 'o':
        return format(" -> %04x", static_cast<uint32_t>(static_cast<int32_t>(next_) +
                                                        static_cast<int16_t>(value)));
      case 'O':
        return format(" -> %04x", static_cast<uint32_t>(static_cast<int32_t>(next_) +
                                                        static_cast<int32_t>(wide)));
      case 'w':
      case 'x': return registers(value, half(first, i + 2));
      case 'K': return " " + constant(wide);
      case 'G': return " " + global(wide);
      case 'I': return format(" %d", static_cast<int32_t>(wide));
      default: return "";
    }
  }
  std::string word(char letter, uint64_t value) const {
    switch (letter) {
      case 'k':
      case 'q':
      case 'y': return constant(value);
      case 'p':
        return functionName(static_cast<uint32_t>(value)) +
               (value & vm::BehindChecks ? " behind its checks" : "");
      case 'F': return functionName(value);
      case 'S': return format("shape %" PRIu64, value);
      case 'h': return format("r%u", half(value, 0));
      case 't': return format("%d", static_cast<int16_t>(value));
      case 'j': return format("+%u r%u", half(value, 0), half(value, 1));
      case 'J': return format("+%u %d", half(value, 0), static_cast<int16_t>(half(value, 1)));
      case '*':
        return format("-> %04x", static_cast<uint32_t>(static_cast<int32_t>(next_) +
                                                       static_cast<int32_t>(value)));
      default: return format("%" PRId64, static_cast<int64_t>(value));
    }
  }

  Span<const uint8_t> image_;
  const bool addresses_;
  Arena arena_;
  std::vector<Symbol> symbols_;
  std::vector<std::string> constants_;
  CodeView view_{};
  const char* indent_ = "";
  uint32_t next_ = 0;
  std::string out_;
};

}  // namespace

std::string disassemble(Span<const uint8_t> image, bool addresses) {
  return Disassembler(image, addresses).run();
}

std::map<uint64_t, std::string> instructionTexts(Span<const uint8_t> image) {
  return Disassembler(image, true).texts();
}

Expected<std::string> describeGirFile(const std::string& name, Span<const uint8_t> bytes) {
  Expected<const ImageHeader*> read = readHeader(bytes);
  if (!read) return read.failure();
  const ImageHeader& header = **read;
  char time[64] = "none";
  const time_t seconds = static_cast<time_t>(header.timestamp);
  tm broken;
  if (header.timestamp && gmtime_r(&seconds, &broken))
    std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &broken);
  std::string out = "GIR File: " + name + "\n";
  out += format("Compiler: %s\n", header.compiler);
  out += format("VM ABI  : 0x%016" PRIx64 "\n", header.abi);
  out += format("Version : %u\n", header.version);
  out += format("Flags   : %u\n", header.flags);
  out += format("Source  : hash=0x%016" PRIx64 "\n", header.sourceHash);
  out += format("Timestamp: %s\n\n", time);
  return out + disassemble(bytes, true);
}

}  // namespace gene

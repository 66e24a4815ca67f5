// Names by which the objects of a program's parts refer to each other.

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/xxhash.h>

#include <algorithm>
#include <unordered_map>

#include "codegen/image/EncodeConstant.h"
#include "codegen/llvm/Parts.h"

namespace gene::native {
namespace {

std::string digits(llvm::StringRef bytes) {
  const llvm::XXH128_hash_t hash =
      llvm::xxh3_128bits({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  return llvm::utohexstr(hash.high64, true, 16) + llvm::utohexstr(hash.low64, true, 16);
}

/// The text, if it may stand in the name of a symbol as it is; else its hash.
std::string plain(std::string_view text) {
  constexpr size_t Longest = 80;
  const bool isPlain = text.size() <= Longest && std::ranges::all_of(text, [](char c) {
                         return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.' || c == '!' ||
                                c == '?' || c == '/';
                       });
  return isPlain ? std::string(text) : "#" + digits(text);
}

/// A name for encoded data, whatever the numbers of its symbols.
class Encoded {
 public:
  [[nodiscard]] SymbolIndex symbolIndex() {
    return [this](Symbol symbol) {
      texts_ += symbol.text();
      texts_ += '\0';
      return static_cast<uint32_t>(texts_.size());
    };
  }
  std::vector<uint8_t> bytes;
  [[nodiscard]] std::string name() const {
    return "gene:constant:" + digits(texts_ + std::string(bytes.begin(), bytes.end()));
  }

 private:
  std::string texts_;
};

/// What tells a function from others of its name: where it is written and what it takes; of one without a name, who makes or
/// calls it first.
class FunctionKeys {
 public:
  explicit FunctionKeys(const ir::Program& program)
      : program_(program), users_(program.functions.size()) {
    for (const ir::Function* function : program.functions)
      for (const ir::Block* block : function->blocks)
        for (const ir::Instruction* inst : block->instructions)
          for (const ir::Immediate& immediate : inst->immediates)
            if (immediate.function && !users_[immediate.function->index])
              users_[immediate.function->index] = function;
  }

  [[nodiscard]] std::string of(const ir::Function& function, int depth = 0) const {
    constexpr int Deepest = 4;
    std::string key(function.name.text());
    key += '|';
    if (function.loc.valid()) key += program_.sources.name(function.loc);
    for (const ir::ParamSpec& param : function.params) {
      key += '|';
      key += param.name.text();
    }
    key += function.isDirect ? "|direct" : "|";
    for (const ir::Param* param : function.entry()->params)
      key += static_cast<char>('0' + static_cast<int>(param->rep));
    const ir::Function* const user = users_[function.index];
    if (user && user != &function && depth < Deepest) key += "<" + of(*user, depth + 1);
    return key;
  }

 private:
  const ir::Program& program_;
  std::vector<const ir::Function*> users_;
};

}  // namespace

std::vector<std::string> functionNames(const ir::Program& program) {
  const FunctionKeys keys(program);
  std::unordered_map<std::string, uint32_t> counts;
  const auto nameOf = [&](const ir::Function& function) {
    const bool isMain = &function == program.functions.front();
    return "gene." + (isMain                  ? std::string(sym::Init.text())
                      : function.name.empty() ? std::string("fn")
                                              : plain(function.name.text()));
  };
  for (const ir::Function* function : program.functions) counts[nameOf(*function)]++;
  std::vector<std::string> names;
  std::unordered_map<std::string, uint32_t> ordinals;
  for (const ir::Function* function : program.functions) {
    std::string name = nameOf(*function);
    if (counts[name] > 1) {
      constexpr size_t Digits = 16;
      name += ":" + digits(keys.of(*function)).substr(0, Digits);
      const uint32_t ordinal = ordinals[name]++;
      if (ordinal > 0) name += ":" + std::to_string(ordinal);
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> globalNames(const ir::Program& program) {
  std::vector<std::string> names;
  std::unordered_map<std::string, uint32_t> ordinals;
  for (const ir::Global* global : program.globals) {
    std::string name = "gene:global:" + plain(global->name.text());
    if (global->loc.valid()) name += ":" + plain(program.sources.name(global->loc));
    const uint32_t ordinal = ordinals[name]++;
    if (ordinal > 0) name += ":" + std::to_string(ordinal);
    names.push_back(std::move(name));
  }
  return names;
}

namespace {

class DataNames {
 public:
  std::unordered_map<const void*, std::string> names;

  void add(const ir::Value* value) {
    if (!value || value->kind != ir::ValueKind::Constant) return;
    const auto& constant = *static_cast<const ir::Constant*>(value);
    using Kind = ir::ConstantKind;
    const bool hasSlot = constant.constantKind == Kind::Int ||
                         constant.constantKind == Kind::String ||
                         constant.constantKind == Kind::Form;
    if (hasSlot)
      add(&constant, [&](Encoded& to) { encodeConstant(constant, to.symbolIndex(), to.bytes); });
  }
  void add(const Form* form) {
    if (form) add(form, [&](Encoded& to) { encodeForm(*form, to.symbolIndex(), to.bytes); });
  }

 private:
  template <class F>
  void add(const void* data, F&& encode) {
    std::string& name = names[data];
    if (!name.empty()) return;
    Encoded encoded;
    encode(encoded);
    name = encoded.name();
    const uint32_t ordinal = ordinals_[name]++;
    if (ordinal > 0) name += ":" + std::to_string(ordinal);
  }
  std::unordered_map<std::string, uint32_t> ordinals_;
};

}  // namespace

std::unordered_map<const void*, std::string> dataNames(const ir::Program& program) {
  DataNames data;
  for (const ir::Function* function : program.functions)
    for (const ir::Block* block : function->blocks) {
      for (const ir::Instruction* inst : block->instructions) {
        for (const ir::Value* operand : inst->operands) data.add(operand);
        for (const ir::Immediate& immediate : inst->immediates) data.add(immediate.form);
      }
      block->forEachEdge([&](const ir::Edge& edge, bool) {
        for (const ir::Value* arg : edge.args) data.add(arg);
      });
    }
  return std::move(data.names);
}

std::string slotName(Symbol symbol) { return "gene:symbol:" + plain(symbol.text()); }

std::string infoName(const std::string& symbol) { return "gene:function:" + symbol; }
std::string sitesName(const std::string& firstSymbol) { return "gene:sites:" + firstSymbol; }

}  // namespace gene::native

#pragma once
// The tables that both back ends ship and runtime/image/ImageLoader reads: symbols, constants, functions' signatures,
// call shapes, trace sites; for .gir files the bytecode, too. docs/bytecode.md has the format.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene {

/// The numbers by which code refers to the tables. Made once per program, before code is generated; asking for
/// something new adds it, so the image is written last.
class ImageTables {
 public:
  explicit ImageTables(const ir::Program& program);

  /// In Program::slots: globals come first (their ir index), then constants.
  uint32_t globalSlot(const ir::Global* global) const { return global->index; }
  uint32_t constantSlot(const ir::Constant* constant);
  /// Symbols and quoted data used as immediates are constants, too; gene_quote copies what is to be fresh.
  uint32_t symbolSlot(Symbol symbol);
  uint32_t formSlot(const Form* form);
  /// A place of `function` that may raise, with the calls around it that were inlined.
  uint32_t site(Location loc, const ir::Inlined* inlined, const ir::Function* function);
  struct SiteRequest {
    Location loc;
    const ir::Inlined* inlined;
    const ir::Function* function;
  };
  /// Sites with numbers one after the other, whether there are such sites already or not; the number of the first.
  uint32_t addSites(const std::vector<SiteRequest>& requests);
  uint32_t slotCount() const;
  uint32_t globalCount() const;

  /// The image; `code` (by function index) is empty for native programs. `timestamp`: seconds since 1970, 0 where the
  /// output has to be reproducible.
  std::vector<uint8_t> write(const std::vector<std::vector<uint8_t>>& code,
                             uint64_t timestamp = 0) const;
  /// Is one of the blank-separated words a symbol or a String of the program? To be asked when the image was written.
  [[nodiscard]] bool mentionsOneOf(std::string_view words) const;

 private:
  struct Data;
  struct Functions;
  uint32_t callerSite(const ir::Inlined* inlined, const ir::Function* function);
  Functions functionTables(const std::vector<std::vector<uint8_t>>& code) const;
  std::shared_ptr<Data> data_;
};

}  // namespace gene

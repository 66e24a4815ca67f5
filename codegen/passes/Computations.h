#pragma once
// What a pass that walks over a function has met so far: instructions by what they compute, facts by what they are about.

#include <algorithm>
#include <memory_resource>
#include <vector>

#include "codegen/ir/Ir.h"
#include "runtime/support/PointerMap.h"

namespace gene {

inline bool sameImmediate(const ir::Immediate& a, const ir::Immediate& b) {
  return a.integer == b.integer && a.symbol.id == b.symbol.id && a.function == b.function &&
         a.global == b.global && a.shape == b.shape && a.form == b.form;
}

/// The pure instructions met so far, found by what they compute.
class Computations {
 public:
  Computations(size_t instructions, std::pmr::memory_resource* memory)
      : heads_(memory), entries_(memory) {
    size_t size = 16;
    while (size < instructions) size *= 2;
    heads_.assign(size, None);
  }
  struct Entry {
    ir::Instruction* inst;
    uint32_t next;
  };
  static constexpr uint32_t None = UINT32_MAX;

  /// The last one with the same operation and operands; `next` leads to the others.
  [[nodiscard]] uint32_t find(const ir::Instruction& inst) const {
    return skip(heads_[slot(inst)], inst);
  }
  [[nodiscard]] uint32_t next(uint32_t entry) const {
    return skip(entries_[entry].next, *entries_[entry].inst);
  }
  [[nodiscard]] ir::Instruction* operator[](uint32_t entry) const { return entries_[entry].inst; }
  void add(ir::Instruction& inst) {
    uint32_t& head = heads_[slot(inst)];
    entries_.push_back({&inst, head});
    head = static_cast<uint32_t>(entries_.size() - 1);
  }

 private:
  [[nodiscard]] size_t slot(const ir::Instruction& inst) const {
    size_t h = static_cast<size_t>(inst.op) * 31 + static_cast<size_t>(inst.rep);
    const auto add = [&](size_t word) { h = (h ^ word) * 0x9E3779B97F4A7C15ull; };
    for (const ir::Value* operand : inst.operands) add(reinterpret_cast<size_t>(operand) >> 3);
    for (const ir::Immediate& imm : inst.immediates)
      add(static_cast<size_t>(imm.integer) + imm.symbol.id +
          reinterpret_cast<size_t>(imm.function) + reinterpret_cast<size_t>(imm.global) +
          reinterpret_cast<size_t>(imm.form));
    return (h >> 32) & (heads_.size() - 1);
  }
  [[nodiscard]] uint32_t skip(uint32_t entry, const ir::Instruction& inst) const {
    while (entry != None && !same(*entries_[entry].inst, inst)) entry = entries_[entry].next;
    return entry;
  }
  static bool same(const ir::Instruction& a, const ir::Instruction& b) {
    return a.op == b.op && a.rep == b.rep &&
           std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end()) &&
           std::equal(a.immediates.begin(), a.immediates.end(), b.immediates.begin(),
                      b.immediates.end(), sameImmediate);
  }

  std::pmr::vector<uint32_t> heads_;
  std::pmr::vector<Entry> entries_;
};

/// Lists of facts, each found by what it is about; the last one noted comes first.
template <class Key, class Fact>
class FactLists {
 public:
  explicit FactLists(std::pmr::memory_resource* memory) : heads_(memory), entries_(memory) {}
  void add(const Key* key, Fact fact) {
    uint32_t& head = heads_[key];  // 0, or one more than the entry's index
    entries_.push_back({fact, head});
    head = static_cast<uint32_t>(entries_.size());
  }
  /// The first fact about `key` for which `holds`, or null.
  template <class Holds>
  [[nodiscard]] const Fact* find(const Key* key, Holds&& holds) const {
    const uint32_t* head = heads_.find(key);
    for (uint32_t e = head ? *head : 0; e != 0; e = entries_[e - 1].next)
      if (holds(entries_[e - 1].fact)) return &entries_[e - 1].fact;
    return nullptr;
  }

 private:
  struct Entry {
    Fact fact;
    uint32_t next;
  };
  PointerMap<Key, uint32_t> heads_;
  std::pmr::vector<Entry> entries_;
};

}  // namespace gene

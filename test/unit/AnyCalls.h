#pragma once
// Calls of gene.h as somebody would make them who does not read what it says: in any order, with words of all kinds, some of
// them dead, some of another runtime, some never values. What is done is up to some numbers: random ones, or a fuzzer's bytes.

#include <functional>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/capi/gene.h"

namespace gene {

inline int finalizedData = 0;
inline constexpr GeneDataType countedData = {"Counted", [](void*) { finalizedData++; }};
inline constexpr GeneDataType otherData = {"Other", nullptr};

class AnyCalls {
 public:
  explicit AnyCalls(std::function<uint64_t()> random) : random_(std::move(random)) {}

  void go(int calls) {
    for (const char* name : {"println", "Object", "Array", "math", "gene"})
      words_.push_back(gene_keep(gene_get_global(name)));
    words_.push_back(text("(class P (ctor [] (/a = [1])) (method m [x] x)) (new P)"));
    words_.push_back(text("(fn [a] (a .nothing_like_it))"));
    words_.push_back(text("{^a 1 ^b [2 3]}"));
    for (int i = 0; i < calls; i++) {
      step();
      if (gene_has_error() && below(4) != 0) gene_take_error();
    }
    while (gene_scope_end()) {
    }
    for (const GeneValue word : words_) gene_release(word);
    if (gene_has_error()) gene_take_error();
  }

 private:
  static GeneValue text(std::string_view source) {
    return gene_evaluate(source.data(), source.size(), "<test>");
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  GeneValue word() {
    if (below(8) == 0 || words_.empty()) {  // never given by anybody
      const uint64_t bits = random_();
      return below(2) ? bits >> below(64) : bits;
    }
    return words_[below(static_cast<uint32_t>(words_.size()))];
  }
  const char* name() {
    static constexpr const char* names[] = {"a", "m", "sink", "", "\xff", nullptr, "PI", "size"};
    return names[below(std::size(names))];
  }
  void add(GeneValue v) {
    if (words_.size() < 200)
      words_.push_back(v);
    else
      words_[below(200)] = v;
  }
  static GeneValue native(GeneRuntime*, GeneValue* args, int count, bool has) {
    AnyCalls& self = *static_cast<AnyCalls*>(gene_function_data());
    for (int i = 0; i < count; i++) self.add(args[i]);
    if (self.depth_++ < 3)
      for (uint32_t i = self.below(6); i > 0; i--) self.step();
    self.depth_--;
    if (self.below(10) == 0) gene_raise_error("left");
    if (self.below(10) == 0)
      return gene_fail(self.below(2) ? "TypeException" : "Nobody", self.name());
    return self.below(2) ? self.word() : gene_get_arg(args, count, has, 0);
  }
  void step();

  std::function<uint64_t()> random_;
  std::vector<GeneValue> words_;
  int depth_ = 0;
};

inline void AnyCalls::step() {
  const GeneValue args[] = {word(), word(), word()};
  const size_t count = below(4);
  size_t size = 0, position = below(3);
  unsigned char* data = nullptr;
  GeneValue key = 0, value = 0;
  switch (below(34)) {
    case 0: return add(gene_to_value_int(static_cast<int64_t>(random_() >> below(64))));
    case 1: return add(gene_to_value_float(1.5));
    case 2: return add(gene_to_value_string(name()));
    case 3: return add(gene_to_value_symbol(name()));
    case 4: return add(gene_make_array(args, count));
    case 5: return add(gene_make_map());
    case 6: return add(gene_make_bytes("abc", below(4)));
    case 7:
      add(gene_make_buffer(below(100), &data));
      if (data) gene_shorten_bytes(words_.back(), below(120));
      return;
    case 8: return add(gene_keep(word()));
    case 9: gene_release(word()); return;
    case 10: return gene_scope_begin();
    case 11: gene_scope_end(); return;
    case 12:
      return add(gene_make_function(name(), native, this, static_cast<int>(below(2)),
                                    static_cast<int>(below(5)) - 1));
    case 13: return add(gene_call(word(), args, count));
    case 14: return add(gene_send(word(), name(), args, count));
    case 15: return add(gene_instantiate(word(), args, count));
    case 16: return add(gene_call_keywords(word(), args, count, word()));
    case 17: return add(gene_make_class(name(), below(2) ? gene_nil() : word()));
    case 18: gene_add_method(word(), name(), native, this, 0, -1); return;
    case 19: gene_add_constructor(word(), native, this, 0, 2); return;
    case 20: gene_add_static(word(), name(), word()); return;
    case 21: gene_set_data(word(), below(2) ? &countedData : &otherData, this); return;
    case 22: gene_get_data(word(), below(2) ? &countedData : &otherData); return;
    case 23: gene_array_append_value(word(), word()); return;
    case 24: gene_array_store(word(), below(5), word()); return;
    case 25: return add(gene_array_at(word(), below(5)));
    case 26: gene_map_store(word(), name(), word()); return;
    case 27: return add(gene_map_lookup(word(), name()));
    case 28:
      if (gene_map_next(word(), &position, &key, &value)) add(value);
      return;
    case 29: return add(gene_read_member(word(), name()));
    case 30: gene_write_member(word(), name(), word()); return;
    case 31: return add(gene_display(word()));
    case 32: gene_equals(word(), word()); return add(gene_take_error());
    default:
      gene_kind(word());
      gene_to_int(word());
      gene_to_string(word());
      gene_bytes_data(word(), &size);
      gene_string_data(word(), &size);
      gene_is_instance(word(), word());
      add(gene_fail_with(word()));
  }
}

}  // namespace gene

// gene.h as somebody would use it who does not read what it says: random calls with words of all kinds, some of them dead, some of
// another runtime, some never values. Nothing may crash, each error is an exception, and nothing is left behind.

#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "runtime/capi/gene.h"

namespace {

GeneValue run(const std::string& text) { return gene_evaluate(text.data(), text.size(), "<test>"); }

std::string takeMessage() {
  const char* text = gene_to_string(gene_error_message(gene_take_error()));
  return text ? text : "";
}

int finalized = 0;
constexpr GeneDataType counted = {"Counted", [](void*) { finalized++; }};
constexpr GeneDataType other = {"Other", nullptr};

class Fuzz {
 public:
  explicit Fuzz(uint32_t seed) : random_(seed) {}

  void go(int calls) {
    for (const char* name : {"println", "Object", "Array", "math", "gene"})
      words_.push_back(gene_keep(gene_get_global(name)));
    words_.push_back(run("(class P (ctor [] (/a = [1])) (method m [x] x)) (new P)"));
    words_.push_back(run("(fn [a] (a .nothing_like_it))"));
    words_.push_back(run("{^a 1 ^b [2 3]}"));
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
    Fuzz& self = *static_cast<Fuzz*>(gene_function_data());
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

  std::mt19937_64 random_;
  std::vector<GeneValue> words_;
  int depth_ = 0;
};

void Fuzz::step() {
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
    case 21: gene_set_data(word(), below(2) ? &counted : &other, this); return;
    case 22: gene_get_data(word(), below(2) ? &counted : &other); return;
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

TEST(Capi, RandomCallsAreErrorsAtWorst) {
  for (uint32_t seed = 1; seed <= 30; seed++) {
    GeneOptions options = GENE_OPTIONS_INIT;
    options.write = [](void*, const char*, size_t) {};
    if (seed % 2 == 0) options.max_instructions = 20000;
    if (seed % 3 == 0) options.max_heap = 4 << 20;
    GeneRuntime* runtime = gene_runtime_create(&options);
    ASSERT_TRUE(gene_runtime_enter(runtime));
    Fuzz(seed).go(2000);
    ASSERT_TRUE(gene_runtime_leave(runtime)) << seed;
    EXPECT_EQ(gene_runtime_destroy(runtime), 0) << seed;
  }
}

TEST(Capi, WhatIsHeldTooLongIsTold) {
  GeneRuntime* runtime = gene_runtime_create(nullptr);
  gene_runtime_enter(runtime);
  gene_scope_begin();
  const GeneValue text = gene_to_value_string("text");
  const GeneValue kept = gene_keep(text);
  gene_scope_end();
  EXPECT_EQ(gene_kind(text), GENE_NO_VALUE);
  EXPECT_EQ(gene_kind(kept), GENE_STRING);
  EXPECT_EQ(gene_display(text), GENE_FAILED);
  EXPECT_EQ(takeMessage(), "this is no value of the runtime, or is not held any more (gene_keep)");
  EXPECT_TRUE(gene_release(kept));
  EXPECT_FALSE(gene_release(kept));
  EXPECT_EQ(gene_kind(kept), GENE_NO_VALUE);
  EXPECT_FALSE(gene_scope_end());
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0);
}

TEST(Capi, ErrorsPassThroughC) {
  GeneRuntime* runtime = gene_runtime_create(nullptr);
  gene_runtime_enter(runtime);
  const auto caller = [](GeneRuntime*, GeneValue* args, int, bool) -> GeneValue {
    gene_call(args[0], nullptr, 0);
    return gene_nil();  // what it says does not matter: the exception is raised
  };
  gene_set_global("through", gene_make_function("through", caller, nullptr, 1, 1));
  const auto catcher = [](GeneRuntime*, GeneValue* args, int, bool) -> GeneValue {
    gene_call(args[0], nullptr, 0);
    return gene_error_message(gene_take_error());
  };
  gene_set_global("caught", gene_make_function("caught", catcher, nullptr, 1, 1));
  const auto leaver = [](GeneRuntime*, GeneValue*, int, bool) -> GeneValue {
    gene_scope_begin();
    gene_raise_error("leaving");
  };
  gene_set_global("leave", gene_make_function("leave", leaver, nullptr, 0, 0));
  const auto text = [](GeneValue v) { return std::string(gene_to_string(gene_display(v))); };
  EXPECT_EQ(text(run("(class Mine < Exception) (var e (new Mine)) (try (through (fn [] (throw e))) "
                     "catch Mine ($ex == e))")),
            "true");
  EXPECT_EQ(text(run("(caught (fn [] (throw \"from Gene\")))")), "from Gene");
  EXPECT_EQ(text(run("(try (leave) catch * $ex/message)")), "leaving");
  EXPECT_EQ(text(run("(try (leave 1) catch * $ex/message)")), "Expected 0 arguments, got 1");
  EXPECT_EQ(run("(through)"), GENE_FAILED);
  EXPECT_NE(std::string(gene_error_report()).find("(through)"), std::string::npos);
  EXPECT_FALSE(gene_has_error());
  EXPECT_EQ(run("(foo"), GENE_FAILED);
  EXPECT_FALSE(takeMessage().empty());
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0);
}

/// A runtime with these limits runs the text; what stopped it. It goes on to work.
GeneStop stopOf(GeneOptions options, const std::string& text) {
  GeneRuntime* runtime = gene_runtime_create(&options);
  gene_runtime_enter(runtime);
  const GeneValue value = run(text);
  const GeneStop stop = gene_stopped_by();
  EXPECT_EQ(value == GENE_FAILED, stop != GENE_NOT_STOPPED) << text;
  gene_take_error();
  EXPECT_EQ(gene_to_int(run("(var n 0) (repeat 10 (n += 1)) n")), 10) << text;
  EXPECT_EQ(gene_stopped_by(), GENE_NOT_STOPPED);
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0) << text;
  return stop;
}

TEST(Capi, LimitsStopWhateverIsCaught) {
  GeneOptions steps = GENE_OPTIONS_INIT, time = GENE_OPTIONS_INIT, memory = GENE_OPTIONS_INIT;
  steps.max_instructions = 100000;
  time.max_milliseconds = 100;
  memory.max_heap = 8 << 20;
  memory.max_milliseconds = 60000;
  const std::string catching = "(while true (try (while true) catch * 1 finally 2))";
  EXPECT_EQ(stopOf(steps, catching), GENE_STOPPED_BY_INSTRUCTIONS);
  EXPECT_EQ(stopOf(steps, "([1 2] .each (fn [x] (while true)))"), GENE_STOPPED_BY_INSTRUCTIONS);
  EXPECT_EQ(stopOf(steps, "(await (async (while true)))"), GENE_STOPPED_BY_INSTRUCTIONS);
  EXPECT_EQ(stopOf(steps, "(var n 0) (repeat 100 (n += 1))"), GENE_NOT_STOPPED);
  EXPECT_EQ(stopOf(time, catching), GENE_STOPPED_BY_TIME);
  EXPECT_EQ(stopOf(time, "(sleep 100000)"), GENE_STOPPED_BY_TIME);
  EXPECT_EQ(stopOf(time, "(try (await (gene/sleep_async 100000)) catch * (while true))"),
            GENE_STOPPED_BY_TIME);
  EXPECT_EQ(
      stopOf(memory,
             "(fn fill [a] (while true (try (a .push [1 2 3 4 5 6 7 8]) catch * nil))) (fill [])"),
      GENE_STOPPED_BY_MEMORY);
  GeneOptions none = GENE_OPTIONS_INIT;
  EXPECT_EQ(stopOf(none, "(try (exit 7) catch * 1)"), GENE_STOPPED_BY_EXIT);
  none.interruptible = true;
  EXPECT_EQ(stopOf(none, "(1 + 1)"), GENE_NOT_STOPPED);
}

TEST(Capi, AnotherThreadInterrupts) {
  GeneOptions options = GENE_OPTIONS_INIT;
  options.interruptible = true;
  GeneRuntime* runtime = gene_runtime_create(&options);
  gene_runtime_enter(runtime);
  for (const char* text : {"(while true (try (while true) catch * 1))", "(sleep 100000)"}) {
    std::thread waker([&] {
      EXPECT_FALSE(gene_runtime_enter(runtime));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      gene_runtime_interrupt(runtime);
    });
    EXPECT_EQ(run(text), GENE_FAILED);
    EXPECT_EQ(gene_stopped_by(), GENE_STOPPED_BY_INTERRUPT);
    gene_take_error();
    waker.join();
  }
  EXPECT_EQ(gene_runtime_destroy(runtime), -1);
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0);
}

TEST(Capi, RuntimesInOneThreadAreNested) {
  GeneRuntime* one = gene_runtime_create(nullptr);
  GeneRuntime* two = gene_runtime_create(nullptr);
  gene_runtime_enter(one);
  const auto inner = [](GeneRuntime*, GeneValue*, int, bool) -> GeneValue {
    auto* second = static_cast<GeneRuntime*>(gene_function_data());
    if (!gene_runtime_enter(second)) return gene_fail(nullptr, "cannot enter");
    const int64_t n = gene_to_int(run("(var xs []) (repeat 5000 (xs .push [1])) (xs .size)"));
    gene_runtime_leave(second);
    return gene_to_value_int(n);
  };
  gene_set_global("inner", gene_make_function("inner", inner, two, 0, 0));
  EXPECT_EQ(gene_to_int(run("(var ys []) (repeat 100 (ys .push [2])) ((inner) + (ys .size))")),
            5100);
  EXPECT_FALSE(gene_runtime_leave(two));
  gene_runtime_leave(one);
  EXPECT_EQ(gene_runtime_destroy(two), 0);
  EXPECT_EQ(gene_runtime_destroy(one), 0);
}

TEST(Capi, DataIsFinalizedOnce) {
  finalized = 0;
  GeneRuntime* runtime = gene_runtime_create(nullptr);
  gene_runtime_enter(runtime);
  const auto ctor = [](GeneRuntime* r, GeneValue* args, int, bool) -> GeneValue {
    gene_set_data(args[0], &counted, r);
    return gene_nil();
  };
  const GeneValue cls = gene_make_class("Counted", gene_nil());
  gene_add_constructor(cls, ctor, nullptr, 0, 0);
  gene_set_global("Counted", cls);
  run("(class Sub < Counted (ctor [] (/x = 1) (super .ctor))) (repeat 10 (new Counted) (new Sub)) "
      "(var last (new Sub))");
  EXPECT_FALSE(gene_has_error()) << takeMessage();
  EXPECT_NE(gene_get_data(gene_get_global("last"), &counted), nullptr);
  EXPECT_EQ(gene_get_data(gene_get_global("last"), &other), nullptr);
  EXPECT_EQ(takeMessage(), "the instance has no Other");
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0);
  EXPECT_EQ(finalized, 21);
}

TEST(Capi, ARuntimeGivesItsMemoryBack) {
  const auto once = [] {
    GeneRuntime* runtime = gene_runtime_create(nullptr);
    gene_runtime_enter(runtime);
    run("(class A (method m [x] (x + 1))) (var xs []) (repeat 1000 (xs .push ((new A) .m 1))) "
        "(eval `(1 + 2)) (sleep 1)");
    EXPECT_FALSE(gene_has_error()) << takeMessage();
    gene_runtime_leave(runtime);
    EXPECT_EQ(gene_runtime_destroy(runtime), 0);
  };
  once();
  const size_t before = ::mallinfo2().uordblks;
  constexpr size_t Rounds = 20;
  for (size_t i = 0; i < Rounds; i++) once();
  const size_t after = ::mallinfo2().uordblks;
  EXPECT_LT(after, before + Rounds * 4096);
}

}  // namespace

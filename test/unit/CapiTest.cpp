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
#include "test/unit/AnyCalls.h"

using namespace gene;

namespace {

GeneValue run(const std::string& text) { return gene_evaluate(text.data(), text.size(), "<test>"); }

std::string takeMessage() {
  const char* text = gene_to_string(gene_error_message(gene_take_error()));
  return text ? text : "";
}

TEST(Capi, RandomCallsAreErrorsAtWorst) {
  for (uint32_t seed = 1; seed <= 30; seed++) {
    GeneOptions options = GENE_OPTIONS_INIT;
    options.write = [](void*, const char*, size_t) {};
    if (seed % 2 == 0) options.max_instructions = 20000;
    if (seed % 3 == 0) options.max_heap = 4 << 20;
    GeneRuntime* runtime = gene_runtime_create(&options);
    ASSERT_TRUE(gene_runtime_enter(runtime));
    std::mt19937_64 random(seed);
    AnyCalls([&] { return random(); }).go(2000);
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
  finalizedData = 0;
  GeneRuntime* runtime = gene_runtime_create(nullptr);
  gene_runtime_enter(runtime);
  const auto ctor = [](GeneRuntime* r, GeneValue* args, int, bool) -> GeneValue {
    gene_set_data(args[0], &countedData, r);
    return gene_nil();
  };
  const GeneValue cls = gene_make_class("Counted", gene_nil());
  gene_add_constructor(cls, ctor, nullptr, 0, 0);
  gene_set_global("Counted", cls);
  run("(class Sub < Counted (ctor [] (/x = 1) (super .ctor))) (repeat 10 (new Counted) (new Sub)) "
      "(var last (new Sub))");
  EXPECT_FALSE(gene_has_error()) << takeMessage();
  EXPECT_NE(gene_get_data(gene_get_global("last"), &countedData), nullptr);
  EXPECT_EQ(gene_get_data(gene_get_global("last"), &otherData), nullptr);
  EXPECT_EQ(takeMessage(), "the instance has no Other");
  gene_runtime_leave(runtime);
  EXPECT_EQ(gene_runtime_destroy(runtime), 0);
  EXPECT_EQ(finalizedData, 21);
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

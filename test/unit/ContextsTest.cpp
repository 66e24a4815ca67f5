// Two programs in one process: each thread has a context, a heap and a domain of its own, and they run at the same time.
// Built with ThreadSanitizer (the preset `tsan`), this is what sees state that belongs to nobody.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "codegen/eval/Compile.h"
#include "codegen/eval/Evaluate.h"
#include "frontend/syntax/Diagnostics.h"
#include "runtime/Domain.h"
#include "runtime/Runtime.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Print.h"

namespace gene {
namespace {

/// A program that uses what the runtime keeps: shapes (also of dictionaries), methods, interfaces, patterns, regexes, symbols,
/// code that is evaluated, exceptions, generators, cycles, random numbers. Its classes and their numbers differ by `tag`, so
/// that what one program knows is wrong for the other.
std::string program(const std::string& tag, int rounds) {
  std::string fields, sum;
  for (const char c : tag) {
    const std::string name = std::string("f") + c;
    fields += " (/" + name + " = n)";
    sum += " + /" + name;
  }
  return "(interface Total" + tag + " (method total))\n" +  //
         "(class Base" + tag + " (ctor [n]" + fields + ") (method total [] (0" + sum + ")))\n" +
         "(class Leaf" + tag + " < Base" + tag +
         " (ctor [n] (super .ctor n) (/extra = 1))\n"
         "  (method total [] ((super .total) + /extra)))\n"
         "(fn steps* [n] (var i 0) (while (i < n) (yield i) (i += 1)))\n"
         "(var total 0)\n"
         "(var i 0)\n"
         "(while (i < " +
         std::to_string(rounds) + ")\n" + "  (var leaf (new Leaf" + tag + " i))\n" +
         "  (total += (leaf .total))\n"
         "  (leaf/other = [leaf])\n"  // a cycle, and a shape outside of the layout
         "  (var [a b rest...] [i (i + 1) leaf])\n"
         "  (total += (a + b))\n"
         "  (var m {^" +
         tag + " i})\n" +
         "  (var key (\"k\" .append i))\n"
         "  (m .set key i)\n"
         "  (total += (m .get key))\n"
         "  (total += (key .length))\n"
         "  (if (\"a1b22\" .match #/[0-9]+/) (total += 1))\n"
         "  (try (throw (\"no \" .append i)) catch Exception (total += 2))\n"
         "  (for s in (steps* 3) (total += s))\n"
         "  (if ((random_int 10) < 11) (total += 1))\n"
         "  (if (i % 50 == 0) (total += (eval `(i + 1))))\n"
         "  (i += 1))\n"
         "total\n";
}

struct ProgramRun {
  std::string text{};
  std::atomic<int>* started = nullptr;  // threads that are ready; null: do not wait
  std::string result{};
  int code = -1;
};

/// Compiles and runs the text in a context of its own, on this thread's large stack.
int runInContext(void* data) {
  auto& run = *static_cast<ProgramRun*>(data);
  RuntimeOptions options;
  options.checkLeaks = true;
  options.stackSize = size_t{64} << 20;
  Context* context = createContext(options);
  gene_install_evaluator(context);
  if (run.started)
    for (++*run.started; *run.started < 2;) std::this_thread::yield();
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  CompileOptions compile;
  compile.names = context;
  const std::unique_ptr<ir::Program> compiled =
      compileToIr(sources, sources.add("<test>", run.text), diagnostics, compile);
  if (!compiled) {
    for (const Diagnostic& d : diagnostics.all()) run.result += d.message + "\n";
    return run.code = 1;
  }
  auto* image = new std::vector<uint8_t>(compileToImage(*compiled));  // as long as the process
  Expected<Program*> loaded = loadImage(*context, *image);
  EXPECT_TRUE(loaded);
  const Value value = runModule(*context, **loaded);
  const bool raised = value.isPending();
  run.result = raised ? describeUncaught(*context, options) : literalText(*context, value);
  run.code = finishProgram(*context, raised ? 1 : 0, options);
  destroyContext(context);
  return run.code;
}

void runOnThread(ProgramRun& run) {
  RuntimeOptions options;
  options.stackSize = size_t{64} << 20;
  runOnLargeStack(options, runInContext, &run);
}

std::string resultOf(const std::string& text) {
  ProgramRun run{text};
  runOnThread(run);
  EXPECT_EQ(run.code, 0) << run.result;
  return run.result;
}

TEST(Contexts, TwoProgramsRunAtTheSameTime) {
  const std::string one = program("ab", 300), two = program("xyzw", 400);
  const std::string expected[] = {resultOf(one), resultOf(two)};
  EXPECT_NE(expected[0], expected[1]);
  for (int round = 0; round < 3; round++) {
    std::atomic<int> started = 0;
    ProgramRun runs[] = {{one, &started}, {two, &started}};
    std::thread threads[] = {std::thread([&] { runOnThread(runs[0]); }),
                             std::thread([&] { runOnThread(runs[1]); })};
    for (std::thread& thread : threads) thread.join();
    for (int i = 0; i < 2; i++) {
      EXPECT_EQ(runs[i].code, 0) << runs[i].result;  // 99: objects are alive
      EXPECT_EQ(runs[i].result, expected[i]);
    }
  }
}

TEST(Contexts, OneThreadRunsOneProgramAfterTheOther) {
  struct Texts {
    ProgramRun first, second;
  } texts{{program("p", 60)}, {program("qrs", 60)}};
  RuntimeOptions options;
  options.stackSize = size_t{64} << 20;
  runOnLargeStack(
      options,
      [](void* data) {
        auto& both = *static_cast<Texts*>(data);
        return runInContext(&both.first) + runInContext(&both.second);
      },
      &texts);
  EXPECT_EQ(texts.first.code, 0) << texts.first.result;
  EXPECT_EQ(texts.second.code, 0) << texts.second.result;
}

/// An object is entered in the table of its own heap, whichever context the thread runs.
TEST(Contexts, WhatDiesGoesBackToItsOwnHeap) {
  std::thread([] {
    Context* one = createContext({});
    Object* object = allocateObject(*one, 32, static_cast<uint32_t>(Kind::BoxedInt));
    retain(object);
    reconcile(*one);
    Object** const top = one->zeroTop;
    Context* two = createContext({});
    Object** const other = two->zeroTop;
    release(Value::object(object));
    EXPECT_EQ(one->zeroTop, top + 1);
    EXPECT_EQ(two->zeroTop, other);
    destroyContext(two);
    enterContext(*one);
    destroyContext(one);
  }).join();
}

}  // namespace
}  // namespace gene

// Two programs in one process: each thread has a context, a heap and a domain of its own, and they run at the same time. And
// two threads of one program, whose contexts share a domain and code.
// Built with ThreadSanitizer (the preset `tsan`), this is what sees state that belongs to nobody.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <thread>

#include "codegen/compile/Session.h"
#include "codegen/eval/Evaluate.h"
#include "frontend/syntax/Diagnostics.h"
#include "runtime/Domain.h"
#include "runtime/Runtime.h"
#include "runtime/Sharing.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Array.h"
#include "runtime/object/Function.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// A program that uses what the runtime keeps: shapes (also of dictionaries), methods, interfaces, patterns, regexes, symbols,
/// code that is evaluated, exceptions, generators, cycles, random numbers. Its classes and their numbers differ by `tag`, so
/// that what one program knows is wrong for the other.
std::string programFor(const std::string& tag, int rounds) {
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

/// The program of the text in this context, or null: then the result says why.
Program* load(Context& context, ProgramRun& run) {
  Session session;
  session.options.names = &context;
  const std::unique_ptr<ir::Program> compiled =
      session.compile(session.sources.add("<test>", run.text));
  if (!compiled) {
    for (const Diagnostic& d : session.diagnostics.all()) run.result += d.message + "\n";
    return nullptr;
  }
  auto* image = new std::vector<uint8_t>(compileToImage(*compiled));  // as long as the process
  Expected<Program*> loaded = loadImage(context, *image, ImageOrigin::Compiler);
  if (!loaded) run.result = loaded.message();
  return loaded ? *loaded : nullptr;
}

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
  Program* program = load(*context, run);
  if (!program) return run.code = 1;
  const Value value = runModule(*context, *program);
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
  const std::string one = programFor("ab", 300), two = programFor("xyzw", 400);
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

TEST(Contexts, LinesOfStandardInputGoToOneThreadOrTheOther) {
  constexpr int Lines = 20000;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int before = ::dup(0);
  ASSERT_EQ(::dup2(ends[0], 0), 0);
  ::close(ends[0]);
  std::thread writer([&] {
    std::string text;
    for (int i = 0; i < Lines; i++) {
      const std::string word = std::to_string(i);
      text.append(word).append(" ").append(word).append("\n");
    }
    for (size_t at = 0; at < text.size();) {
      const ssize_t put = ::write(ends[1], text.data() + at, text.size() - at);
      ASSERT_GT(put, 0);
      at += static_cast<size_t>(put);
    }
    ::close(ends[1]);
  });
  const std::string reads =
      "(var n 0) (var sum 0) (var bad 0)\n"
      "(for line in stdin (n += 1)\n"
      "  (var [a b] (line .split \" \"))\n"
      "  (if (a == b) (sum += (a .to_i)) else (bad += 1)))\n"
      "[n sum bad]\n";
  std::atomic<int> started = 0;
  ProgramRun runs[] = {{reads, &started}, {reads, &started}};
  std::thread threads[] = {std::thread([&] { runOnThread(runs[0]); }),
                           std::thread([&] { runOnThread(runs[1]); })};
  for (std::thread& thread : threads) thread.join();
  writer.join();
  ::dup2(before, 0);
  ::close(before);
  int64_t lines = 0, sum = 0;
  for (const ProgramRun& run : runs) {
    EXPECT_EQ(run.code, 0) << run.result;
    int64_t counted = -1, added = -1, bad = -1;
    std::sscanf(run.result.c_str(), "[%" SCNd64 " %" SCNd64 " %" SCNd64 "]", &counted, &added,
                &bad);
    EXPECT_EQ(bad, 0) << run.result;
    lines += counted;
    sum += added;
  }
  EXPECT_EQ(lines, Lines);
  EXPECT_EQ(sum, int64_t{Lines} * (Lines - 1) / 2);
}

TEST(Contexts, OneThreadRunsOneProgramAfterTheOther) {
  struct Texts {
    ProgramRun first, second;
  } texts{{programFor("p", 60)}, {programFor("qrs", 60)}};
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

/// Functions of one program, from two threads: receivers of many classes at one place, fields that come in several orders (so
/// that both make shapes), methods of interfaces, literals, exceptions, generators, patterns, regexes.
constexpr const char* sharedProgram = R"(
(interface Area (method area))
(class Shape (ctor [n] (/n = n)) (method name [] "shape") (method area [] 0))
(class Square < Shape (ctor [n] (super .ctor n) (/side = n)) (method area [] (/side * /side)))
(class Line < Shape (method name [] "line"))
(class Box < Square (ctor [n] (super .ctor n) (/depth = 2)) (method area [] ((super .area) * /depth)))
(var kinds [Shape Square Line Box])
(var words #/[a-z]+/)
(fn upTo* [n] (var i 0) (while (i < n) (yield i) (i += 1)))
(fn make [i] (new (kinds .get (i % 4)) i))
(fn mark [shape i]
  (if (i % 3 == 0) (shape/red = i))
  (if (i % 5 == 0) (shape/green = i))
  (if (i % 7 == 0) (shape/blue = i))
  (if (i % 3 == 0) (shape/red = (shape/red + 1)))
  shape)
(fn checked [i] (if (i % 11 == 0) (throw #"no #{i}")) i)
(fn work [n]
  (var total 0)
  (for i in (upTo* n)
    (var shape (mark (make i) i))
    (var [a rest...] [(shape .area) (shape .name) i])
    (total += (a + (rest .size) + ((shape .name) .length)))
    (if (#"x#{i}y" .match words) (total += 1))
    (var m {^name (shape .name) ^i i})
    (total += (m/i + (m/name .length)))
    (total += (try (checked i) catch Exception ($ex/message .length)))
    ((fn [k] (total += k)) i))
  total)
work
)";

struct SharedRun {
  Context* first;
  Value work;
  std::atomic<int>* started;
  int64_t result = -1;
  int code = -1;
};

int64_t callWork(Context& context, Value work) {
  const Value count = Value::smallInt(700);
  const Value result = call(context, work, &count, 1);
  EXPECT_FALSE(result.isPending()) << exceptionMessage(context, context.exception);
  return result.isSmallInt() ? result.smallInt() : -1;
}

int runBeside(void* data) {
  auto& run = *static_cast<SharedRun*>(data);
  Context* context = createContextBeside(*run.first, size_t{16} << 20);
  for (++*run.started; *run.started < 2;) std::this_thread::yield();
  run.result = callWork(*context, run.work);
  RuntimeOptions options;
  options.checkLeaks = true;
  run.code = finishProgram(*context, 0, options);
  destroyContext(context);
  return 0;
}

int runShared(void*) {
  RuntimeOptions options;
  options.checkLeaks = true;
  options.stackSize = size_t{64} << 20;
  Context* context = createContext(options);
  ProgramRun text{sharedProgram};
  Program* program = load(*context, text);
  if (!program) {
    ADD_FAILURE() << text.result;
    return 1;
  }
  const Value work = runModule(*context, *program);
  EXPECT_TRUE(isKind(work, Kind::Function)) << describeUncaught(*context, options);
  shareDefinitions(*context);
  std::atomic<int> started = 0;
  SharedRun beside{context, work, &started};
  std::thread thread([&] {
    RuntimeOptions smaller;
    smaller.stackSize = size_t{16} << 20;
    runOnLargeStack(smaller, runBeside, &beside);
  });
  for (++started; started < 2;) std::this_thread::yield();
  const int64_t own = callWork(*context, work);
  thread.join();
  EXPECT_EQ(beside.result, own);
  EXPECT_GT(own, 0);
  EXPECT_EQ(beside.code, 0);
  EXPECT_EQ(callWork(*context, work), own);
  EXPECT_EQ(finishProgram(*context, 0, options), 0);
  destroyContext(context);
  return 0;
}

TEST(Contexts, TwoThreadsRunTheCodeOfOneProgram) {
  RuntimeOptions options;
  options.stackSize = size_t{64} << 20;
  for (int round = 0; round < 3; round++) runOnLargeStack(options, runShared, nullptr);
}

/// An object is entered in the table of its own heap, whichever context the thread runs.
TEST(Contexts, WhatDiesGoesBackToItsOwnHeap) {
  std::thread([] {
    Context* one = createContext({});
    const Value number = newInt(*one, int64_t{1} << 60);
    auto* array = newArrayFrom(*one, &number, 1);
    reconcile(*one);
    Object** const top = one->zeroTop;
    Context* two = createContext({});
    Object** const other = two->zeroTop;
    array->items[0].set(Value::nil());
    EXPECT_EQ(one->zeroTop, top + 1);
    EXPECT_EQ(two->zeroTop, other);
    destroyContext(two);
    enterContext(*one);
    destroyContext(one);
  }).join();
}

}  // namespace
}  // namespace gene

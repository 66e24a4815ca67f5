// What the pipeline checks the passes with: phases, fingerprints, and which analyses are kept.

#include "codegen/passes/Pipeline.h"

#include <gtest/gtest.h>

#include "codegen/ir/Fingerprint.h"
#include "codegen/ir/Phases.h"
#include "codegen/ir/Printer.h"
#include "codegen/ir/Verifier.h"
#include "codegen/passes/Analyses.h"
#include "test/unit/RandomFunctions.h"

namespace gene::ir {
namespace {

/// A program of IR text.
std::unique_ptr<Program> parsed(SourceManager& sources, const char* text) {
  DiagnosticEngine diagnostics(sources);
  return parseProgram(sources, sources.add("test.ir", text), diagnostics);
}

constexpr const char* Loop = R"(
(func __init__ [] ^name __init__
  (block entry [] (return nil)))
(func count [n] ^name count
  (block entry [v0] (jump (loop 0)))
  (block loop [v1]
    (v2 = add v1 1)
    (v3 = lt v2 v0)
    (branch v3 (loop v2) done))
  (block done [] (return v1))))";

TEST(Phases, TextIsOfTheFirstPhaseThatHasWhatItHas) {
  SourceManager sources;
  const auto phase = [&](const char* instruction) {
    const std::string text =
        std::string("(func f [n] ^name f (block entry [v0] ") + instruction + " (return v0)))";
    const std::unique_ptr<Program> program = parsed(sources, text.c_str());
    return program ? program->phase : Phase::Final;
  };
  EXPECT_EQ(phase("(v1 = add v0 1)"), Phase::Source);
  EXPECT_EQ(phase("(v1 = class.new A `[] 0 absent)"), Phase::Source);
  EXPECT_EQ(phase("(v1 = class.new A `[] 1 absent)"), Phase::Resolved);
  EXPECT_EQ(phase("(v1 = is-array v0)"), Phase::Resolved);
  EXPECT_EQ(phase("(v1 = is-small-int v0)"), Phase::Typed);
  EXPECT_EQ(phase("(v1 = field.get 0 v0)"), Phase::Versioned);
  EXPECT_EQ(phase("(v1 = sub 3 1 ^type int ^rep i64)"), Phase::Unboxed);
  EXPECT_EQ(phase("(v1 = sub 3 1 ^^nowrap ^type int ^rep i64)"), Phase::Final);
}

TEST(Phases, TheVerifierKnowsThePhase) {
  SourceManager sources;
  const std::unique_ptr<Program> program =
      parsed(sources, "(func f [n] ^name f (block entry [v0] (v1 = is-array v0) (return v1)))");
  ASSERT_TRUE(program);
  EXPECT_TRUE(verify(*program).empty());
  program->phase = Phase::Source;
  ASSERT_EQ(verify(*program).size(), 1u);
  EXPECT_EQ(
      verify(*program)[0],
      "function f: 'is-array' in block entry is of the phase resolved, the program of source");
}

TEST(Fingerprint, IsAnotherWhenSomethingChanges) {
  SourceManager sources;
  const std::unique_ptr<Program> program = parsed(sources, Loop);
  ASSERT_TRUE(program);
  Function& f = *program->functions[1];
  const uint64_t all = fingerprint(f), blocks = fingerprintOfBlocks(f);
  EXPECT_EQ(fingerprint(f), all);
  Instruction& add = *f.blocks[1]->instructions[0];
  add.type = Type::Int();
  EXPECT_NE(fingerprint(f), all);
  EXPECT_EQ(fingerprintOfBlocks(f), blocks);
  add.type = Type::any();
  EXPECT_EQ(fingerprint(f), all);
  add.nowrap = true;
  EXPECT_NE(fingerprint(f), all);
  add.nowrap = false;
  std::swap(add.operands[0], add.operands[1]);
  EXPECT_NE(fingerprint(f), all);
  std::swap(add.operands[0], add.operands[1]);
  f.blocks[1]->terminator()->successors[0].target = f.blocks[2];
  EXPECT_NE(fingerprintOfBlocks(f), blocks);
}

TEST(Analyses, AreKeptUntilTheirFunctionChanges) {
  SourceManager sources;
  const std::unique_ptr<Program> program = parsed(sources, Loop);
  ASSERT_TRUE(program);
  const Function &top = *program->functions[0], &count = *program->functions[1];
  Analyses analyses(*program);
  EXPECT_EQ(analyses.loops(count).all().size(), 1u);
  EXPECT_TRUE(analyses.loops(top).all().empty());
  const uint64_t ofTop = analyses.revision(top), ofCount = analyses.revision(count);
  analyses.endPass(count, Keeps::Blocks);
  EXPECT_EQ(analyses.revision(top), ofTop);
  EXPECT_NE(analyses.revision(count), ofCount);
  EXPECT_EQ(analyses.loops(count).all().size(), 1u);
  // The loop goes; who keeps the blocks would still be told of it.
  Function& f = *program->functions[1];
  f.blocks[1]->terminator()->successors[0].target = f.blocks[2];
  f.blocks[1]->terminator()->successors[0].args.resize(0);
  EXPECT_EQ(analyses.loops(count).all().size(), 1u);
  analyses.changedIn(count);
  EXPECT_FALSE(analyses.isChanged(top));
  analyses.endPass(Keeps::Nothing);
  EXPECT_TRUE(analyses.loops(count).all().empty());
  EXPECT_EQ(analyses.revision(top), ofTop);
}

TEST(Analyses, TypesAreFoundAgainAfterAChange) {
  SourceManager sources;
  const std::unique_ptr<Program> program = parsed(sources, Loop);
  ASSERT_TRUE(program);
  Analyses analyses(*program);
  Function& f = *program->functions[1];
  const Value* counter = f.blocks[1]->params[0];
  EXPECT_EQ(analyses.types().typeOf(counter), Type::Int());
  // Somebody uses the numbers: whoever asks again gets the same answer.
  for (Block* block : f.blocks)
    for (Instruction* inst : block->instructions) inst->number = 0;
  EXPECT_EQ(analyses.types().typeOf(counter), Type::Int());
  f.blocks[0]->terminator()->successors[0].args[0] = program->floating(0.5);
  EXPECT_EQ(analyses.types().typeOf(counter), Type::Int());
  analyses.endPass(f, Keeps::Blocks);
  EXPECT_EQ(analyses.types().typeOf(counter), Type::Float());
}

TEST(Pipeline, WhatHasNotChangedIsNotLookedAtAgain) {
  SourceManager sources;
  const std::unique_ptr<Program> program = parsed(sources, Loop);
  ASSERT_TRUE(program);
  std::vector<PassTime> times;
  PassContext context{.program = *program,
                      .level = 2,
                      .native = true,
                      .verify = true,
                      .observe = {},
                      .times = &times};
  ASSERT_TRUE(runPasses(context, {"simplify", "simplify", "infer", "infer"}));
  for (const PassTime& time : times) {
    if (time.pass == "simplify") {
      EXPECT_EQ(time.runs, 4u - time.skipped);
      EXPECT_GE(time.skipped, 1u);  // the top level, in which there was nothing to do
    } else if (time.pass == "infer") {
      EXPECT_EQ(time.changes, 1u);
    }
  }
  EXPECT_NE(describe(times).find("infer"), std::string::npos);
}

TEST(Verifier, OperandsAreOfOneInstruction) {
  SourceManager sources;
  const std::unique_ptr<Program> program =
      parsed(sources,
             "(func f [n] ^name f (block entry [v0] (v1 = add v0 1) (v2 = sub v0 1) (return v2)))");
  ASSERT_TRUE(program);
  Function& f = *program->functions[0];
  EXPECT_TRUE(verify(f).empty());
  const auto& all = f.entry()->instructions;
  all[1]->operands = all[0]->operands;
  ASSERT_EQ(verify(f).size(), 1u);
  EXPECT_NE(verify(f)[0].find("shares its operands"), std::string::npos);
}

}  // namespace
}  // namespace gene::ir

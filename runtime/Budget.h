#pragma once
// Budgets of a program that `gene run` holds to them: instructions, time, and in a sandbox memory. One that is used up ends the
// process with one sentence and exit code 1, and no handler hears of it. (What embeds programs is held to limits otherwise:
// runtime/vm/Limits.h.)

#include <chrono>
#include <string>

namespace gene {

/// The process is ended when this time has gone by, whatever it does then.
void limitTime(std::chrono::milliseconds time);
/// A budget is used up: flushes standard output, says `what`, and ends the process.
[[noreturn]] void budgetIsSpent(const std::string& what);
/// The program may not have more threads than its own: what each of them takes is not counted together.
void keepToOneThread();
bool isKeptToOneThread();

}  // namespace gene

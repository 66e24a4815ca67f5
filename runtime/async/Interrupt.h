#pragma once
// Ctrl-C. While the program runs it ends the process, as ever. While it waits, whoever waits is woken with an exception, so
// that `finally` blocks run, and the program ends with 130; a second Ctrl-C ends it at once. The signal is the process's: the
// first scheduler hears of it.

namespace gene {

struct Scheduler;

void watchInterrupts(Scheduler& scheduler);
/// Ctrl-C ends the process again.
void ignoreInterrupts(Scheduler& scheduler);
/// The thread is about to sleep in the event loop, or does not any more.
void sleeping(Scheduler& scheduler, bool sleeps);
/// Was there a Ctrl-C since the last time?
bool takeInterrupt(Scheduler& scheduler);

}  // namespace gene

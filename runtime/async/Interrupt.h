#pragma once
// Ctrl-C. While the program runs it ends the process, as ever. While it waits, whoever waits is woken with an exception, so
// that `finally` blocks run, and the program ends with 130; a second Ctrl-C ends it at once.

namespace gene {

struct Scheduler;

void watchInterrupts(Scheduler& scheduler);
/// Ctrl-C ends the process again.
void ignoreInterrupts();
/// The thread is about to sleep in the event loop, or does not any more.
void sleeping(bool sleeps);
/// Was there a Ctrl-C since the last time?
bool takeInterrupt();

}  // namespace gene

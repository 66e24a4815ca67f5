#pragma once
// Standard output and standard error of the program. Output is collected in a buffer of the process and written when
// the buffer is full, before anything goes to standard error, before standard input is read, when the program ends,
// and line by line on a terminal. When nobody reads the
// output any more the program ends as SIGPIPE ends one; when it cannot be written, with a message and exit code 1.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace gene {

/// Where what this thread writes goes instead of standard output, and how; null: nowhere else.
struct OutputSink {
  void (*write)(void* data, const char* text, size_t size);
  void* data;
};
extern thread_local constinit const OutputSink* outputSink;

/// Appends `text` to standard output.
void writeOut(std::string_view text);
/// From now on lines are written as they end, as on a terminal: somebody looks on.
void writeLinesAtOnce();
/// Writes what is collected.
void flushOut();
/// Flushes standard output, then writes `text` to standard error at once.
void writeError(std::string_view text);
/// A line on standard error: the time, and what the program should not have done.
void writeWarning(std::string_view text);
/// Ends the process as (exit code) does: flushes, calls what atEnd was given, runs nothing else.
[[noreturn]] void exitProcess(int code);
/// The program ends with exit code 1 where it would have ended with 0: a test of it failed.
void failAtEnd();
bool failsAtEnd();

struct Context;
/// Has `report` called when the program of the context ends, in whichever way: statistics, profiles.
void atEnd(const Context& context, std::function<void()> report);
/// Calls what atEnd was given for the context, once.
void reportEnd(const Context& context);

}  // namespace gene

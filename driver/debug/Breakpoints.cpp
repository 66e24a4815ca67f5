// Where the program stops: breakpoints, steps, exceptions.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "driver/debug/Debugger.h"
#include "runtime/Runtime.h"
#include "runtime/Trace.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Class.h"
#include "runtime/object/Print.h"
#include "runtime/vm/Interpreter.h"

namespace gene::debug {

Debugger::Debugger(Context& context, const Program& program, std::unique_ptr<ir::Program> compiled,
                   DebugTable table, Face face)
    : context_(context),
      program_(program),
      compiled_(std::move(compiled)),
      sources_(compiled_->sources),
      table_(std::move(table)),
      face_(std::move(face)),
      watch_(vm::Watch::Breaks{.reached =
                                   [this](Context& context, const uint16_t* pc, Value* base) {
                                     return &context == &context_
                                                ? reached(pc, base)
                                                : spots_[byCode_.find(pc)->second].opcode;
                                   },
                               .raised =
                                   [this](Context& context, const uint16_t* pc, Value* base) {
                                     if (&context == &context_) raised(pc, base);
                                   }}),
      exception_(Value::nil()) {
  spots_.reserve(table_.points.size());
  for (const DebugTable::Point& point : table_.points) {
    const Position position = sources_.position(point.loc);
    uint16_t* code =
        program.functions[point.function->index].code->start + size_t{4} * point.offset;
    if (point.begins) byCode_[code] = static_cast<uint32_t>(spots_.size());
    spots_.push_back({code, *code, {std::string(position.file), position.line, position.column}});
  }
  addRoots(context, &exception_, 1);
}

void Debugger::begin(bool stops) {
  context_.vm->watch = &watch_;
  context_.vm->run = vm::runWatched;
  vm::watchedThreads = {&watch_, vm::runWatched};
  atEntry_ = stops;
  if (stops) pause();
}

// --- the code ------------------------------------------------------------------------------------------------------------

/// Other threads, and signal handlers, write while the program runs: it sees one or the other.
void Debugger::put(const Spot& spot, bool breaks) {
  std::atomic_ref<uint16_t>(*spot.code)
      .store(breaks ? vm::BreakOpcode : spot.opcode, std::memory_order_relaxed);
}

/// Puts breaks where they are wanted, and nowhere else.
void Debugger::arm() {
  for (uint32_t i = 0; i < spots_.size(); i++) {
    if (!table_.points[i].begins) continue;
    const bool steps =
        everywhere_ || std::ranges::binary_search(stepping_, table_.points[i].function->index);
    put(spots_[i], steps || spots_[i].wanted);
  }
  if (pauses_) pause();  // it may have come meanwhile
}

void Debugger::pause() {
  pauses_ = true;
  for (uint32_t i = 0; i < spots_.size(); i++)
    if (table_.points[i].begins) put(spots_[i], true);
}

// --- breakpoints ------------------------------------------------------------------------------------------------------------

/// Is it the file that somebody means? By its path, or by the last part of its name.
bool Debugger::isFile(const std::string& wanted, const std::string& file) const {
  if (wanted == file) return true;
  std::error_code failed;
  if (std::filesystem::equivalent(wanted, file, failed) && !failed) return true;
  return wanted.find('/') == std::string::npos &&
         std::filesystem::path(file).filename().string() == wanted;
}

/// A line: the first statement of each function on it, or on the next line that has one. A function: its first statement.
void Debugger::placeBreakpoint(Breakpoint& breakpoint) const {
  std::unordered_map<std::string, bool> files;
  const auto isThere = [&](uint32_t i) {
    if (!table_.points[i].begins) return false;
    const std::string& file = spots_[i].place.file;
    const auto [known, isNew] = files.try_emplace(file, false);
    if (isNew) known->second = isFile(breakpoint.file, file);
    return known->second;
  };
  uint32_t line = UINT32_MAX;
  if (breakpoint.function.empty())
    for (uint32_t i = 0; i < spots_.size(); i++)
      if (spots_[i].place.line >= breakpoint.line && spots_[i].place.line < line && isThere(i))
        line = spots_[i].place.line;
  std::unordered_map<const ir::Function*, uint32_t> first;
  for (uint32_t i = 0; i < spots_.size(); i++) {
    const ir::Function* function = table_.points[i].function;
    if (breakpoint.function.empty()
            ? spots_[i].place.line != line || !isThere(i)
            : function->name.text() != breakpoint.function || !table_.points[i].begins)
      continue;
    const auto [known, isNew] = first.try_emplace(function, i);
    if (!isNew && table_.points[i].loc.offset < table_.points[known->second].loc.offset)
      known->second = i;
  }
  // A statement may stand in several places: a loop's test is written twice.
  for (const auto& [function, at] : first)
    for (uint32_t i = 0; i < spots_.size(); i++)
      if (table_.points[i].function == function && table_.points[i].begins &&
          table_.points[i].loc == table_.points[at].loc)
        breakpoint.points.push_back(i);
  std::ranges::sort(breakpoint.points);
}

Breakpoint Debugger::add(Breakpoint wanted) {
  placeBreakpoint(wanted);
  const std::lock_guard lock(mutex_);
  wanted.id = ++lastId_;
  for (const uint32_t i : wanted.points) spots_[i].wanted = true;
  breakpoints_.push_back(wanted);
  arm();
  return wanted;
}

bool Debugger::remove(int id) {
  const std::lock_guard lock(mutex_);
  if (std::erase_if(breakpoints_, [&](const Breakpoint& b) { return b.id == id; }) == 0)
    return false;
  for (Spot& spot : spots_) spot.wanted = false;
  for (const Breakpoint& b : breakpoints_)
    for (const uint32_t i : b.points) spots_[i].wanted = true;
  arm();
  return true;
}

std::vector<Breakpoint> Debugger::breakpoints() {
  const std::lock_guard lock(mutex_);
  return breakpoints_;
}

Place Debugger::placeOf(const Breakpoint& breakpoint) const {
  return breakpoint.points.empty() ? Place{breakpoint.file, breakpoint.line, 0}
                                   : spots_[breakpoint.points[0]].place;
}

void Debugger::catchExceptions(ExceptionFilter filter) {
  const std::lock_guard lock(mutex_);
  filter_ = std::move(filter);
}

ExceptionFilter Debugger::exceptions() {
  const std::lock_guard lock(mutex_);
  return filter_;
}

namespace {

/// Does hit number `count` fulfil N, = N, > N, >= N, < N or % N?
bool isWantedHit(const std::string& rule, uint64_t count) {
  const size_t digits = rule.find_first_of("0123456789");
  if (digits == std::string::npos) return true;
  const uint64_t n = std::strtoull(rule.c_str() + digits, nullptr, 10);
  std::string op = rule.substr(0, digits);
  std::erase(op, ' ');
  if (op == ">") return count > n;
  if (op == ">=") return count >= n;
  if (op == "<") return count < n;
  if (op == "<=") return count <= n;
  if (op == "%") return n != 0 && count % n == 0;
  return count == n;
}

}  // namespace

/// The message, with the values of {expressions}.
std::string Debugger::filled(const std::string& message) {
  std::string text;
  for (size_t i = 0; i < message.size(); i++) {
    size_t end = i;
    if (message[i] == '{') {
      int depth = 0;
      for (end = i; end < message.size(); end++) {
        depth += message[end] == '{' ? 1 : message[end] == '}' ? -1 : 0;
        if (depth == 0) break;
      }
      if (end < message.size()) {
        const Evaluated value = evaluate(frames()[0], message.substr(i + 1, end - i - 1));
        const bool before = std::exchange(evaluates_, true);
        text += value.raised ? "<" + value.error + ">" : displayText(context_, value.value);
        evaluates_ = before;
        i = end;
        continue;
      }
    }
    text += message[i];
  }
  return text;
}

bool Debugger::isWanted(uint32_t spot) {
  const std::lock_guard lock(mutex_);
  return spots_[spot].wanted;
}

/// Control is at the breakpoint.
bool Debugger::isHit(Breakpoint& breakpoint, Stop* stop) {
  std::string problem;
  if (!breakpoint.condition.empty()) {
    const Evaluated test = evaluate(frames()[0], breakpoint.condition);
    if (test.raised)
      problem = "the condition " + breakpoint.condition + ": " + test.error;
    else if (test.value.isFalsy())
      return false;
  }
  uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    for (Breakpoint& b : breakpoints_)
      if (b.id == breakpoint.id) count = ++b.count;
  }
  if (!isWantedHit(breakpoint.hits, count)) return false;
  if (!breakpoint.message.empty()) {
    face_.say(filled(breakpoint.message));
    return false;
  }
  *stop = {Stop::Breakpoint, breakpoint.id, problem};
  return true;
}

// --- stopping ----------------------------------------------------------------------------------------------------------------

bool Debugger::endsStep(const Value* base) const {
  switch (going_.how) {
    case Resume::Continue: return false;
    case Resume::StepIn: return true;
    case Resume::StepOver:
      // A tail call puts another function into the frame, which is stepped over as well.
      return context_.vm->stack == going_.stack &&
             (base < going_.base || (base == going_.base && &vm::codeOf(base) == going_.code));
    case Resume::StepOut: return context_.vm->stack == going_.stack && base < going_.base;
  }
  GENE_UNREACHABLE("how to go on");
}

uint16_t Debugger::reached(const uint16_t* pc, Value* base) {
  const auto found = byCode_.find(pc);
  GENE_CHECK(found != byCode_.end(), "a break stands where a statement begins");
  const uint32_t spot = found->second;
  if (evaluates_) return spots_[spot].opcode;
  at_ = {pc + 4, base};
  isAtSpot_ = true;
  hasFrames_ = false;
  bool stops = true;
  Stop stop{Stop::Step, 0, {}};
  if (pauses_)
    stop.reason = atEntry_ ? Stop::Entry : Stop::Pause;
  else
    stops = endsStep(base);
  if (isWanted(spot))
    for (Breakpoint& b : breakpoints())
      if (std::ranges::binary_search(b.points, spot)) stops |= isHit(b, &stop);
  if (stops) halt(stop, at_);
  return spots_[spot].opcode;
}

/// Asks the face how to go on, and prepares it.
void Debugger::halt(const Stop& stop, vm::Place at) {
  {
    const std::lock_guard lock(mutex_);
    pauses_ = false;
    atEntry_ = everywhere_ = false;
    stepping_.clear();
    arm();
  }
  at_ = at;
  const Resume how = face_.stopped(stop);
  const std::vector<Frame>& stack = frames();
  const std::lock_guard lock(mutex_);
  going_ = {how, context_.vm->stack, at.base, &vm::codeOf(at.base)};
  everywhere_ = how == Resume::StepIn;
  if (how == Resume::StepOver || how == Resume::StepOut)
    for (const Frame& frame : stack) {
      const FunctionInfo& info = *vm::codeOf(frame.at.base).info;
      if (info.program == &program_) stepping_.push_back(info.index);
    }
  std::ranges::sort(stepping_);
  hasFrames_ = false;
  arm();
}

/// No frame has a handler around where it is.
bool Debugger::isCaught() {
  return std::ranges::any_of(frames(),
                             [](const Frame& f) { return vm::handles(f.at.pc, f.at.base); });
}

std::string Debugger::describe(Value exception) {
  const bool before = std::exchange(evaluates_, true);
  const std::string message = exceptionMessage(context_, exception);
  evaluates_ = before;
  return std::string(typeofName(exception, context_)) + (message.empty() ? "" : ": " + message);
}

void Debugger::raised(const uint16_t* pc, Value* base) {
  // It passes each frame; only the first one has nothing on the trace yet.
  if (evaluates_ || context_.trace->count() != 0) return;
  const ExceptionFilter filter = exceptions();
  if (!filter.all && !filter.uncaught && filter.classes.empty()) return;
  at_ = {pc, base};
  isAtSpot_ = false;
  hasFrames_ = false;
  bool stops = filter.all;
  for (const ClassObject* c = classOf(context_, context_.exception); c && !stops; c = parentOf(c))
    stops = std::ranges::find(filter.classes, std::string(c->name.get().symbol().text())) !=
            filter.classes.end();
  if (!stops && filter.uncaught) stops = !isCaught();
  if (!stops) return;
  exception_ = context_.exception;
  const Trace trace = *context_.trace;
  const bool wantsLocation = context_.wantsLocation;
  context_.exception = Value::pending();
  halt({Stop::Exception, 0, describe(exception_)}, {pc, base});
  context_.exception = exception_;
  *context_.trace = trace;
  context_.wantsLocation = wantsLocation;
  exception_ = Value::nil();
}

}  // namespace gene::debug

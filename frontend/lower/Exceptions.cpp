// try, catch, finally, throw, and every way out of them.
//
// The body of `try` runs with a handler block. `finally` is lowered once: every way into it writes a completion number
// (0 normal, 1 an exception is in flight, 2 + i the i-th exit that had to pass) and a pending value, and a switch
// behind it goes on. A catch clause and a `finally` change `$ex`; a Catching region gives the old one back on each way
// out.

#include <algorithm>

#include "frontend/lower/Lowering.h"

namespace gene {

void Lowering::leave(Exit exit, Value* value, Region* from, Location loc) {
  Block* const handler = builder_.handler();
  for (Region* r = from; r; r = r->outer) {
    switch (r->kind) {
      case Region::Loop:
        if (exit.kind == ExitKind::Return || r->loop != exit.loop) continue;
        if (exit.kind == ExitKind::Break) builder_.write(r->result, value ? value : builder_.nil());
        builder_.jump(exit.kind == ExitKind::Break ? r->breakTo : r->continueTo);
        builder_.setHandler(handler);
        return;
      case Region::Catching:
        builder_.setHandler(r->handler);
        builder_.emit(Op::SetCurrentException, {builder_.read(r->previous)});
        continue;
      case Region::Finally: {
        auto it = std::find(r->exits.begin(), r->exits.end(), exit);
        const auto index = static_cast<int64_t>(it - r->exits.begin());
        if (it == r->exits.end()) r->exits.push_back(exit);
        builder_.write(r->completion, program().integer(2 + index));
        builder_.write(r->pendingValue, value ? value : builder_.nil());
        builder_.jump(r->finally);
        builder_.setHandler(handler);
        return;
      }
    }
  }
  GENE_ASSERT(exit.kind == ExitKind::Return, "break and continue stand inside their loop");
  builder_.setHandler(outermost_);
  returnValue(value ? value : builder_.nil(), loc);
  builder_.setHandler(handler);
}

void Lowering::breakOrContinue(Location loc, Exit exit, ast::Node* value, std::string_view word) {
  Value* result = value ? expression(value) : nullptr;
  builder_.setLocation(loc);
  if (exit.loop)
    leave(exit, result, region_, loc);
  else
    raiseError("Exception", std::string(word) + " used outside of a loop");
}

void Lowering::raiseError(std::string_view errorClass, std::string_view message) {
  builder_.emit(Op::RaiseMessage, {},
                {ir::Builder::imm(Symbol::of(errorClass)), ir::Builder::imm(text(message))});
  builder_.unreachable();
}

void Lowering::rethrow(Value* exception) {
  builder_.emit(Op::Rethrow, {exception});
  builder_.unreachable();
}

Lowering::Value* Lowering::returnValue(ast::Return& node) {
  if (node.value && mayTailCall()) {
    tail(node.value, node.loc);
  } else {
    Value* value = expressionOrNil(node.value);
    leave({ExitKind::Return, nullptr}, value, region_, node.loc);
  }
  return builder_.nil();
}

/// Without a value: the exception being handled again, or a new one if there is none.
Lowering::Value* Lowering::throwValue(ast::Throw& node) {
  Value* value = node.value ? expression(node.value) : builder_.absent();
  builder_.setLocation(node.loc);
  builder_.emit(Op::Throw, {value});
  builder_.unreachable();
  return builder_.nil();
}

Lowering::Value* Lowering::tryForm(ast::Try& node) {
  if (!node.finally) return tryCatch(node);
  Region region{.kind = Region::Finally, .outer = region_, .handler = builder_.handler()};
  region.finally = builder_.newBlock("finally");
  region.completion = builder_.newVariable();
  region.pendingValue = builder_.newVariable();
  Block* unwind = builder_.newBlock("unwind");
  ir::Param* exception = builder_.addParam(unwind);
  region_ = &region;
  builder_.setHandler(unwind);
  Value* value = tryCatch(node);
  builder_.write(region.completion, program().integer(0));
  builder_.write(region.pendingValue, value);
  builder_.jump(region.finally);
  builder_.setHandler(region.handler);
  builder_.seal(unwind);
  builder_.setBlock(unwind);
  builder_.write(region.completion, program().integer(1));
  builder_.write(region.pendingValue, exception);
  builder_.jump(region.finally);
  builder_.seal(region.finally);
  builder_.setBlock(region.finally);
  region_ = region.outer;

  // $ex is the exception in flight while there is one; an exception or exit out of the body gives the old one back.
  Region catching{.kind = Region::Catching, .outer = region_, .handler = builder_.handler()};
  catching.previous = builder_.newVariable();
  builder_.setLocation(node.finally->loc);
  builder_.write(catching.previous, builder_.emit(Op::CurrentException, {}));
  Block* inFlight = builder_.newBlock("inflight");
  Block* body = builder_.newBlock("cleanup");
  builder_.branch(builder_.emit(Op::Same, {builder_.read(region.completion), program().integer(1)}),
                  inFlight, body);
  builder_.seal(inFlight);
  builder_.setBlock(inFlight);
  builder_.emit(Op::SetCurrentException, {builder_.read(region.pendingValue)});
  builder_.jump(body);
  builder_.seal(body);
  builder_.setBlock(body);
  Block* restore = builder_.newBlock("restore");
  ir::Param* replaced = builder_.addParam(restore);
  region_ = &catching;
  builder_.setHandler(restore);
  expression(node.finally);
  region_ = catching.outer;
  builder_.setHandler(catching.handler);
  builder_.emit(Op::SetCurrentException, {builder_.read(catching.previous)});

  std::vector<Block*> targets{builder_.newBlock("normal"), builder_.newBlock("raise")};
  for (size_t i = 0; i < region.exits.size(); i++) targets.push_back(builder_.newBlock("exit"));
  builder_.switchOn(builder_.read(region.completion), targets);
  for (Block* target : targets) builder_.seal(target);
  builder_.setBlock(targets[1]);
  rethrow(builder_.read(region.pendingValue));
  for (size_t i = 0; i < region.exits.size(); i++) {
    builder_.setBlock(targets[i + 2]);
    leave(region.exits[i], builder_.read(region.pendingValue), region_, node.loc);
  }
  builder_.seal(restore);
  builder_.setBlock(restore);
  builder_.emit(Op::SetCurrentException, {builder_.read(catching.previous)});
  rethrow(replaced);
  builder_.setBlock(targets[0]);
  return builder_.read(region.pendingValue);
}

/// What the value raises goes into the future, whatever it is.
Lowering::Value* Lowering::async(ast::Async& node) {
  const ir::Variable result = builder_.newVariable();
  Block* failed = builder_.newBlock("failed");
  Block* done = builder_.newBlock("done");
  ir::Param* exception = builder_.addParam(failed);
  Block* const outer = builder_.setHandler(failed);
  Value* value = expression(node.value);
  builder_.setLocation(node.loc);
  builder_.write(result, builder_.emit(Op::FutureDone, {value}));
  builder_.jump(done);
  builder_.setHandler(outer);
  builder_.seal(failed);
  builder_.setBlock(failed);
  builder_.setLocation(node.loc);
  builder_.write(result, builder_.emit(Op::FutureFailed, {exception}));
  builder_.jump(done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

/// The body and the catch clauses, without `finally`.
Lowering::Value* Lowering::tryCatch(ast::Try& node) {
  if (node.catches.empty()) return expressionOrNil(node.body);
  const ir::Variable result = builder_.newVariable();
  Block* handler = builder_.newBlock("catch");
  Block* done = builder_.newBlock("endtry");
  ir::Param* exception = builder_.addParam(handler);
  Block* const outer = builder_.setHandler(handler);
  builder_.write(result, expressionOrNil(node.body));
  builder_.jump(done);
  builder_.setHandler(outer);
  builder_.seal(handler);
  builder_.setBlock(handler);
  builder_.setLocation(node.loc);
  catchClauses(node, exception, result, done);
  builder_.seal(done);
  builder_.setBlock(done);
  return builder_.read(result);
}

void Lowering::catchClauses(ast::Try& node, Value* exception, ir::Variable result, Block* done) {
  Region region{.kind = Region::Catching, .outer = region_, .handler = builder_.handler()};
  region.previous = builder_.newVariable();
  builder_.write(region.previous, builder_.emit(Op::SetCurrentException, {exception}));
  Block* restore = builder_.newBlock("restore");
  ir::Param* replaced = builder_.addParam(restore);
  region_ = &region;
  builder_.setHandler(restore);
  for (ast::Try::Catch& clause : node.catches) {
    Block* next = nullptr;
    if (clause.cls) {
      Value* cls = expression(clause.cls);
      Block* body = builder_.newBlock("handle");
      next = builder_.newBlock("next");
      builder_.branch(builder_.emit(Op::CatchMatches, {exception, cls}), body, next);
      builder_.seal(body);
      builder_.seal(next);
      builder_.setBlock(body);
    }
    enterScope(clause.scope);
    if (clause.binding) writeBinding(clause.binding, exception);
    if (clause.pattern) destructure(*clause.pattern, exception);
    Value* value = expressionOrNil(clause.body);
    builder_.emit(Op::SetCurrentException, {builder_.read(region.previous)});
    builder_.write(result, value);
    builder_.jump(done);
    if (!next) break;
    builder_.setBlock(next);
  }
  region_ = region.outer;
  builder_.setHandler(region.handler);
  // No clause matched: the error goes on outwards.
  builder_.emit(Op::SetCurrentException, {builder_.read(region.previous)});
  rethrow(exception);
  builder_.seal(restore);
  builder_.setBlock(restore);
  builder_.emit(Op::SetCurrentException, {builder_.read(region.previous)});
  rethrow(replaced);
}

}  // namespace gene

#pragma once
// Moves that happen at once, as a sequence.

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gene::bytecode {

struct RegisterMove {
  uint32_t to, from;
};

/// Calls emit(to, from) in an order in which no source is overwritten before it is read; cycles go through `scratch`.
/// Destinations are distinct.
template <class Emit>
void resolveMoves(std::vector<RegisterMove> moves, uint32_t scratch, Emit&& emit) {
  std::erase_if(moves, [](const RegisterMove& m) { return m.to == m.from; });
  constexpr size_t few = 8;
  const auto isRead = [&](uint32_t reg) {
    return std::any_of(moves.begin(), moves.end(),
                       [&](const RegisterMove& m) { return m.from == reg; });
  };
  if (moves.size() <= few && std::none_of(moves.begin(), moves.end(),
                                          [&](const RegisterMove& m) { return isRead(m.to); })) {
    for (const RegisterMove& m : moves) emit(m.to, m.from);
    return;
  }
  std::unordered_map<uint32_t, uint32_t> readers;  // register → how many pending moves read it
  std::unordered_map<uint32_t, size_t> writer;     // register → the pending move that writes it
  for (size_t i = 0; i < moves.size(); i++) {
    readers[moves[i].from]++;
    writer[moves[i].to] = i;
  }
  std::vector<size_t> ready;
  std::vector<bool> done(moves.size(), false);
  for (size_t i = 0; i < moves.size(); i++)
    if (!readers.contains(moves[i].to)) ready.push_back(i);
  for (size_t next = 0; next < moves.size(); next++) {
    if (!done[next] && ready.empty()) {
      // Only cycles are left: save what this move would overwrite.
      emit(scratch, moves[next].to);
      for (size_t i = 0; i < moves.size(); i++)
        if (!done[i] && moves[i].from == moves[next].to) moves[i].from = scratch;
      ready.push_back(next);
    }
    while (!ready.empty()) {
      const size_t i = ready.back();
      ready.pop_back();
      emit(moves[i].to, moves[i].from);
      done[i] = true;
      const auto reader = readers.find(moves[i].from);
      if (reader == readers.end() || --reader->second != 0) continue;
      const auto overwriter = writer.find(moves[i].from);
      if (overwriter != writer.end() && !done[overwriter->second])
        ready.push_back(overwriter->second);
    }
  }
}

}  // namespace gene::bytecode

#pragma once
// Arrays in arrays that a loop looks up in each round: rows of a matrix. Part of loop-versions.

#include <unordered_set>
#include <vector>

#include "codegen/passes/LoopFields.h"

namespace gene {

bool isOutside(const ir::Value* value, const std::unordered_set<ir::Block*>& inside);

/// Given an array for a receiver: does it leave the fields of all instances as they are, and run no code?
bool changesNoField(const ir::Instruction& inst);

/// Does it read, or replace, an item of its first operand, where that is an array?
bool readsElement(const ir::Instruction& inst);
bool storesElement(const ir::Instruction& inst);

/// Does a loop store into this value?
bool storesInto(const std::vector<ir::Block*>& loop, const ir::Value* array);

/// What reads an item in a loop and is used as an array itself, where array and index come from outside of the loop, are such rows,
/// or `fields` that it reads (null: none). It gives the same in each round where all receivers in the loop are arrays and
/// what is stored into is none that it was read from: nothing else in the loop writes, or runs code. Empty where that
/// cannot be asked before the loop.
std::unordered_set<const ir::Value*> candidateRows(const std::vector<ir::Block*>& loop,
                                                   const std::unordered_set<ir::Block*>& inside,
                                                   const LoopFields* fields);

}  // namespace gene

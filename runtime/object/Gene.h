#pragma once
// Gene values (type ^property value child …), ranges, iterators and the other small kinds.

#include "runtime/support/Span.h"

#include "runtime/Context.h"

namespace gene {

/// With room for so many children.
GeneObject* newGene(Context& context, Value type, uint32_t children = 0);
inline bool isGene(Value v) { return isKind(v, Kind::Gene); }
void genePush(Context& context, GeneObject* gene, Value child);
void geneInsert(Context& context, GeneObject* gene, uint32_t index, Value child);
void geneErase(GeneObject* gene, uint32_t index);
/// The property, or absent.
Value geneProperty(const GeneObject* gene, Symbol key);
void geneSetProperty(Context& context, GeneObject* gene, Symbol key, Value value);

Value newComplexSymbol(Context& context, Span<const Symbol> parts);
Value newRange(Context& context, Value from, Value to, Value step);
/// An iterator over an Array, Range, Map, HashMap or HashSet (maps and sets: over a snapshot).
IteratorObject* newIterator(Context& context, Value source);
/// An iterator over what a resource gives (Resource.h).
IteratorObject* newResourceIterator(Context& context, Value resource);
/// The next value, or not_found; 0 if it raised ("Value is not an integer").
Value iteratorNext(Context& context, IteratorObject* iterator);
/// The next [key value] array, or not_found; 0 if it raised.
Value iteratorNextPair(Context& context, IteratorObject* iterator);
/// The same in an array that the iterator fills again the next time: for those who only take it apart.
Value iteratorNextEntry(Context& context, IteratorObject* iterator);
bool iteratorHasNext(Context& context, IteratorObject* iterator);
ScopeObject* newScope(Context& context, uint32_t slots);
Value newBytes(Context& context, Span<const uint8_t> bytes);
Value newSelector(Context& context, const Value* segments, uint32_t count);
Value newQuoted(Context& context, Value value, bool discard);
/// How many values a range has. False and an exception if its bounds are no Ints.
bool rangeLength(Context& context, const RangeObject* range, int64_t* length);

}  // namespace gene

#pragma once
// Prototypes of Fastpath.def.

#include "runtime/abi/Entry.h"

#define GENE_PLACE_Inline
#define GENE_PLACE_Outline
#define GENE_PLACE_Preserve __attribute__((preserve_most))

extern "C" {
#define FAST(name, result, parameters, place) GENE_PLACE_##place result name parameters;
#include "runtime/abi/Fastpath.def"
}

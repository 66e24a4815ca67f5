// Extensions that are wrong in one way each.
#include <gene.h>

#if WRONG == 1
int nothing_to_call;
#elif WRONG == 2
int32_t gene_init(GeneHostAbi *host) { return host->abi_version == 7 ? GENE_OK : GENE_ABI_MISMATCH; }
#elif WRONG == 3
int32_t gene_init(GeneHostAbi *host) {
  *host->result_namespace = gene_make_array(NULL, 0);
  return GENE_OK;
}
#elif WRONG == 4
int32_t gene_init(GeneHostAbi *host) {
  gene_call(gene_nil(), NULL, 0);
  return GENE_OK;
}
#elif WRONG == 5
int32_t gene_init(GeneHostAbi *host) { gene_raise_error("not today"); }
#elif WRONG == 6
int32_t of_a_newer_header(void);
int32_t gene_init(GeneHostAbi *host) { return of_a_newer_header(); }
#else
#define GENE_REFERENCE_NAMES
#include <gene.h>
typedef uint64_t Value; /* as the reference has it */
static GeneValue kept = GENE_FAILED;

/* What it was given before, which is not held any more, and not even a value of its own. */
static Value stale(GeneRuntime *vm, Value *args, int count, bool kw) {
  GeneValue before = kept;
  kept = gene_get_arg(args, count, kw, 0);
  if (before == GENE_FAILED) return gene_nil();
  gene_array_append_value(before, gene_to_value_int(1));
  return gene_nil();
}
static Value invented(GeneRuntime *vm, Value *args, int count, bool kw) { return 0x123456789a; }
static Value silent(GeneRuntime *vm, Value *args, int count, bool kw) { return GENE_FAILED; }
static Value keywords(GeneRuntime *vm, Value *args, int count, bool kw) {
  Value both[2] = {gene_get_keyword(args, count, kw, "a"), gene_get_arg(args, count, kw, 0)};
  return gene_make_array(both, 2);
}
static Value many(GeneRuntime *vm, Value *args, int count, bool kw) { return gene_make_array(args, count); }

int32_t gene_init(GeneHostAbi *host) {
  Value ns = gene_new_namespace("odd");
  gene_namespace_set(ns, "stale", gene_wrap_native_fn(stale));
  gene_namespace_set(ns, "invented", gene_wrap_native_fn(invented));
  gene_namespace_set(ns, "silent", gene_make_function("silent", silent, NULL, 0, 0));
  gene_namespace_set(ns, "keywords", gene_wrap_native_fn(keywords));
  gene_namespace_set(ns, "many", gene_wrap_native_fn(many));
  *host->result_namespace = ns;
  return GENE_OK;
}
#endif

/* An extension for Gene in C: zlib. Functions that pack and unpack Bytes, and a class that packs piece by piece.
 *
 *     cc -O2 -shared -fPIC zlib.c -o zlib.so $(pkg-config --cflags gene) -lz
 *
 * docs/c-api.md goes through it. */
#include <gene.h>
#include <stdlib.h>
#include <zlib.h>

static GeneValue fail_with_code(int code) {
  return gene_fail("RuntimeException", code == Z_MEM_ERROR    ? "zlib: there is no memory"
                                       : code == Z_DATA_ERROR ? "zlib: the bytes are damaged"
                                       : code == Z_BUF_ERROR  ? "zlib: the bytes are cut off"
                                                              : "zlib: wrong call");
}

/* (pack bytes ^level 6): packed Bytes. zlib reads and writes them where they lie. */
static GeneValue pack(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  size_t size;
  const unsigned char *bytes = gene_bytes_data(gene_get_arg(args, count, has_keywords, 0), &size);
  GeneValue level = gene_get_keyword(args, count, has_keywords, "level");
  if (!bytes) return GENE_FAILED; /* it was no Bytes: that is pending */
  uLongf room = compressBound(size);
  unsigned char *out;
  GeneValue result = gene_make_buffer(room, &out);
  if (!out) return GENE_FAILED;
  int code = compress2(out, &room, bytes, size, gene_is_nil(level) ? 6 : (int)gene_to_int(level));
  if (code != Z_OK) return fail_with_code(code);
  gene_shorten_bytes(result, room);
  return result;
}

/* (unpack bytes size): what was packed, of at most `size` bytes. */
static GeneValue unpack(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  size_t size;
  const unsigned char *bytes = gene_bytes_data(gene_get_arg(args, count, has_keywords, 0), &size);
  int64_t most = gene_to_int(gene_get_arg(args, count, has_keywords, 1));
  if (!bytes) return GENE_FAILED;
  if (most < 0) return gene_fail("ArgumentException", "zlib: a size is negative");
  uLongf room = (uLongf)most;
  unsigned char *out;
  GeneValue result = gene_make_buffer(room, &out);
  if (!out) return GENE_FAILED;
  int code = uncompress(out, &room, bytes, size);
  if (code != Z_OK) return fail_with_code(code);
  gene_shorten_bytes(result, room);
  return result;
}

/* --- (class Packer): what it packs goes to a function of the program, piece by piece ------------------------------------ */

static void close_stream(void *data) {
  deflateEnd(data);
  free(data);
}

static const GeneDataType stream_type = {"Packer", close_stream};

/* (new Packer sink): sink is called with Bytes. */
static GeneValue packer_new(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  GeneValue self = gene_get_arg(args, count, has_keywords, 0);
  z_stream *stream = calloc(1, sizeof *stream);
  if (!stream || deflateInit(stream, 6) != Z_OK) {
    free(stream);
    return fail_with_code(Z_MEM_ERROR);
  }
  if (!gene_set_data(self, &stream_type, stream)) {
    close_stream(stream);
    return GENE_FAILED;
  }
  gene_write_member(self, "sink", gene_get_arg(args, count, has_keywords, 1));
  return self;
}

/* Packs, and calls the sink with what came of it. */
static GeneValue run(GeneValue self, const unsigned char *bytes, size_t size, int flush) {
  z_stream *stream = gene_get_data(self, &stream_type);
  if (!stream) return GENE_FAILED;
  GeneValue sink = gene_read_member(self, "sink");
  stream->next_in = (unsigned char *)bytes;
  stream->avail_in = (uInt)size;
  unsigned char out[4096];
  int code;
  do {
    stream->next_out = out;
    stream->avail_out = sizeof out;
    code = deflate(stream, flush);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return fail_with_code(code);
    if (stream->avail_out == sizeof out) continue;
    gene_scope_begin(); /* what one round makes is not held longer */
    GeneValue piece = gene_make_bytes(out, sizeof out - stream->avail_out);
    gene_call(sink, &piece, 1);
    gene_scope_end();
    if (gene_has_error()) return GENE_FAILED; /* the sink raised: so do we */
  } while (stream->avail_out == 0);
  return self;
}

static GeneValue packer_add(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  size_t size;
  const unsigned char *bytes = gene_bytes_data(gene_get_arg(args, count, has_keywords, 1), &size);
  return bytes ? run(gene_get_arg(args, count, has_keywords, 0), bytes, size, Z_NO_FLUSH) : GENE_FAILED;
}

static GeneValue packer_finish(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  return run(gene_get_arg(args, count, has_keywords, 0), NULL, 0, Z_FINISH);
}

int32_t gene_init(GeneHostAbi *host) {
  if (host->abi_version != GENE_ABI_VERSION) return GENE_ABI_MISMATCH;
  GeneValue ns = gene_new_namespace("zlib");
  GeneValue packer = gene_make_class("Packer", gene_nil());
  gene_add_constructor(packer, packer_new, NULL, 1, 1);
  gene_add_method(packer, "add", packer_add, NULL, 1, 1);
  gene_add_method(packer, "finish", packer_finish, NULL, 0, 0);
  gene_namespace_set(ns, "Packer", packer);
  gene_namespace_set(ns, "pack", gene_make_function("pack", pack, NULL, 1, 1));
  gene_namespace_set(ns, "unpack", gene_make_function("unpack", unpack, NULL, 2, 2));
  gene_namespace_set(ns, "version", gene_to_value_string(zlibVersion()));
  *host->result_namespace = ns;
  return gene_has_error() ? GENE_ERROR : GENE_OK;
}

// Several runtimes in one thread, and in several.
#include <gene.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

static GeneValue run(const std::string& text) {
  return gene_evaluate(text.data(), text.size(), nullptr);
}

int main() {
  GeneRuntime* one = gene_runtime_create(nullptr);
  GeneRuntime* two = gene_runtime_create(nullptr);
  gene_runtime_enter(one);
  std::printf("%d\n", (int)gene_to_int(run("(1 + 2)")));
  run("(class A (ctor [] (/a = 1)) (method m [] /a)) (var x (new A))");
  GeneValue mine = gene_get_global("x");
  gene_runtime_enter(two);
  run("(class A (ctor [] (/b = 2)) (method m [] /b)) (var x (new A))");
  GeneValue second = run("(x .m)");
  GeneValue other = gene_send(mine, "m", nullptr, 0);
  std::string error = gene_to_string(gene_error_message(gene_take_error()));
  gene_runtime_leave(two);
  std::printf("two runtimes: %d %d\n", (int)gene_to_int(gene_send(mine, "m", nullptr, 0)),
              (int)gene_to_int(second));
  std::printf("of another runtime: %s\n", other == GENE_FAILED ? error.c_str() : "not noticed");
  gene_runtime_leave(one);

  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; i++)
    threads.emplace_back([&right, i] {
      GeneRuntime* runtime = gene_runtime_create(nullptr);
      if (!gene_runtime_enter(runtime)) return;
      GeneValue sum =
          run("(var s 0) (for i in (0 .. 10000) (s += i)) (s + " + std::to_string(i) + ")");
      right += gene_to_int(sum) == 50005000 + i || gene_to_int(sum) == 49995000 + i;
      gene_runtime_leave(runtime);
      gene_runtime_destroy(runtime);
    });
  for (std::thread& thread : threads) thread.join();
  std::printf("threads: %d of 10\n", right.load());
  std::printf("%d %d\n", (int)gene_runtime_destroy(one), (int)gene_runtime_destroy(two));
}

#pragma once
// Jobs in processes of their own, which begin as copies of this one: what they look at is as it was when they began, and what
// they change stays theirs.

#include <functional>
#include <string>
#include <vector>

#include "runtime/support/Expected.h"

namespace gene::native {

/// The results of job(0) to job(count - 1), in this order, whichever process did which. With one process, or one job, this one
/// does them all. Fails as the first job does that fails. `showProgress`: how many have begun is said in a line on standard error,
/// which is empty again at the end.
Expected<std::vector<std::string>> inProcesses(
    unsigned processes, size_t count, bool showProgress,
    const std::function<Expected<std::string>(size_t)>& job);

}  // namespace gene::native

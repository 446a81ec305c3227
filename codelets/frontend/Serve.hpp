#pragma once
namespace popgraph::codelets {

/// Answers requests on stdin until it is closed; see Protocol.hpp. Returns the exit status.
int serve();

} // namespace popgraph::codelets

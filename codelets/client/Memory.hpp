#pragma once
namespace popgraph::codelets {

/// Drops what compile() keeps in memory, so that the next request asks the disk cache. Modules in use stay valid.
void forgetCompiledModules();

} // namespace popgraph::codelets

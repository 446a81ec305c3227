#pragma once
// Every option of Engine and compileGraph, once: name, default, what it does here.
#include <cstdint>
#include <string>
#include <vector>

#include "popgraph/api/OptionTable.hpp"
#include "popgraph/profile/Records.hpp"

namespace poplar {
class OptionFlags;
}

namespace popgraph {

//  name, default, allowed values (see OptionTable.hpp), effect
#define POPGRAPH_ENGINE_OPTIONS(X)                                                                                    \
  X("autoReport.all",                             "false", "bool",   "write every part of the profile")               \
  X("autoReport.directory",                       "./",    "string", "folder of the profile")                         \
  X("autoReport.outputGraphProfile",              "false", "bool",   "write the compile part of the profile")         \
  X("autoReport.outputExecutionProfile",          "false", "bool",   "write the run part of the profile")             \
  X("autoReport.executionProfileProgramRunCount", "2",     "number", "runs of each program kept step by step")        \
  X("autoReport.outputSerializedGraph",           "false", "bool",   "no effect: profiles hold enough")               \
  X("autoReport.outputLoweredVars",               "false", "bool",   "no effect: always in the profile")              \
  X("autoReport.outputDebugInfo",                 "false", "bool",   "no effect: always in the profile")              \
  X("autoReport.outputArchive",                   "false", "bool",   "no effect")                                     \
  X("autoReport.streamAtEachRun",                 "true",  "bool",   "no effect: always on")                          \
  X("debug.allowOutOfMemory",                     "",      "bool",   "warn where a tile is too small")                \
  X("debug.branchRecordTile",                     "",      "number", "no effect")                                     \
  X("debug.computeInstrumentationLevel",          "tile",  "vertex|tile|ipu|device", "no effect: all is counted")     \
  X("debug.externalExchangeInstrumentationLevel", "tile",  "tile|ipu|device", "no effect: all is counted")            \
  X("debug.floatPointOpException",                "false", "bool",   "invalid, division by zero, overflow end it")    \
  X("debug.instrument",                           "false", "bool",   "record execution for printProfileSummary")      \
  X("debug.instrumentCompute",                    "false", "bool",   "as debug.instrument")                           \
  X("debug.instrumentControlFlow",                "false", "bool",   "as debug.instrument")                           \
  X("debug.instrumentExternalExchange",           "false", "bool",   "as debug.instrument")                           \
  X("debug.loweredVarDumpFile",                   "",      "string", "no effect")                                     \
  X("debug.nanOverflowMode",                      "false", "bool",   "no effect")                                     \
  X("debug.outputAllSymbols",                     "false", "bool",   "no effect")                                     \
  X("debug.profilingTile",                        "",      "number", "no effect: all tiles are recorded")             \
  X("debug.retainDebugInformation",               "false", "bool",   "no effect: names are kept")                     \
  X("debug.runtimeVerify",                        "false", "bool",   "no effect")                                     \
  X("debug.supervisorStackSizeInBytes",           "",      "number", "no effect")                                     \
  X("debug.trace",                                "false", "bool",   "no effect")                                     \
  X("debug.trace.out",                            "",      "string", "no effect")                                     \
  X("debug.traceFile",                            "",      "string", "no effect")                                     \
  X("debug.verify",                               "true",  "bool",   "check the compiled program at every stage")     \
  X("exchange.enablePrefetch",                    "false", "bool",   "ask callbacks ahead, by bufferingDepth")        \
  X("exchange.multicastPolicy",                   "balanced", "string", "no effect")                                  \
  X("exchange.streamBufferOverlap",               "any",   "any|hostRearrangeOnly|none", "no effect")                 \
  X("opt.enableInlining",                         "true",  "bool",   "no effect")                                     \
  X("opt.enableMultiAccessCopies",                "true",  "bool",   "no effect")                                     \
  X("opt.enableSkipSyncs",                        "true",  "bool",   "no effect")                                     \
  X("opt.internalExchangeOptimisationTarget",     "cycles", "cycles|memory|balanced", "no effect")                    \
  X("opt.limitVertexStateToLower256K",            "false", "bool",   "no effect")                                     \
  X("opt.maxCompilationThreads",                  "0",     "number", "no effect: POPGRAPH_THREADS says how many")     \
  X("opt.maxComputeSetsPerLoweredCopy",           "",      "number", "no effect")                                     \
  X("opt.maxLinkerThreads",                       "0",     "number", "no effect")                                     \
  X("opt.useAutoloader",                          "false", "bool",   "no effect")                                     \
  X("prng.enableStochasticRounding",              "false", "bool",   "codelets round to HALF at random")              \
  X("prng.seed",                                  "0",     "number", "state of the tiles' random generators")         \
  X("profiler.blocks.filter",                     "",      "string", "no effect: all blocks are recorded")            \
  X("profiler.blocks.implicitFlush",              "true",  "bool",   "no effect")                                     \
  X("profiler.format",                            "v3",    "string", "no effect")                                     \
  X("profiler.includeCycleEstimates",             "false", "bool",   "no effect")                                     \
  X("profiler.includeFlopEstimates",              "false", "bool",   "no effect")                                     \
  X("profiler.programs.filter",                   "",      "string", "no effect: all programs are recorded")          \
  X("streamCallbacks.maxLookahead",               "",      "number|unlimited", "no effect")                           \
  X("streamCallbacks.multiThreadMode", "singleThread", "singleThread|dedicated|collaborative",                        \
    "no effect: run()'s thread calls")                                                                                \
  X("streamCallbacks.numWorkerThreads",           "auto",  "number|auto", "no effect")                                \
  X("streamCallbacks.numaAware",                  "false", "bool",   "no effect")                                     \
  X("target.deterministicWorkers",                "true",  "bool|portable", "no effect: always deterministic")        \
  X("target.extendedMemory",                      "false", "bool",   "no effect")                                     \
  X("target.gatewayMode",                         "true",  "bool",   "no effect")                                     \
  X("target.gatewayWriteCombining",               "true",  "bool",   "no effect")                                     \
  X("target.hostSyncTimeout",                     "300",   "number", "no effect: the host is never late")             \
  X("target.maxStreamCallbackThreadsPerNumaNode", "0",     "string", "no effect")                                     \
  X("target.saveArchive",                         "",      "string", "no effect")                                     \
  X("target.supervisorStackSizeInBytes",          "",      "number", "no effect")                                     \
  X("target.syncMethod",                          "default", "string", "no effect")                                   \
  X("target.syncPollPeriodUs",                    "0",     "number", "no effect")                                     \
  X("target.syncReplicasIndependently",           "false", "bool",   "no effect")                                     \
  X("target.useBufferedCompletions",              "true",  "bool",   "no effect")                                     \
  X("target.workerStackSizeInBytes",              "",      "number", "no effect: stacks are measured")

inline constexpr OptionRow kEngineOptions[] = {POPGRAPH_ENGINE_OPTIONS(POPGRAPH_OPTION_ROW)};

struct EngineOptions {
  bool reportGraph = false, reportExecution = false;
  std::string reportDirectory = "./";
  std::uint32_t keepRuns = 2;
  bool verify = true;
  int allowOutOfMemory = -1; ///< -1: not set
  bool enablePrefetch = false;
  bool floatExceptions = false, stochasticRounding = false;
  std::uint64_t seed = 0;
  std::vector<profile::OptionRecord> all; ///< for the profile

  /// The options given, with POPLAR_ENGINE_OPTIONS and POPLAR_RUNTIME_OPTIONS over them. Throws poplar::invalid_option
  /// for unknown names (naming the nearest) and values that are not allowed.
  /// Names that are unknown are left aside unless `checkNames`.
  static EngineOptions parse(const poplar::OptionFlags &options, bool checkNames = true);
};

} // namespace popgraph

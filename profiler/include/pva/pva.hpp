#ifndef pva_pva_hpp
#define pva_pva_hpp
/// \file
/// Reads profiles and traces: pva::openReport for profiles, pva::openTrace for traces; poplar::Engine::getReport gives
/// the report of an engine.

#include <pva/CompilationReport.hpp>
#include <pva/ComputeSet.hpp>
#include <pva/ExecutionReport.hpp>
#include <pva/Memory.hpp>
#include <pva/Program.hpp>
#include <pva/Report.hpp>
#include <pva/Trace.hpp>

#endif

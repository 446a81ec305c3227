// Shared by host and codelets.
#pragma once

constexpr float kCourant2 = 0.2f; // (c dt / dx)^2
constexpr unsigned kSteps = 60;

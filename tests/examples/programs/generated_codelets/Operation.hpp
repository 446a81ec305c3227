#pragma once

enum class Operation { SQUARE, NEGATE, HALVE };

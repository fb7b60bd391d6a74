# This file is part of gtornado.
# Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
# SPDX-License-Identifier: MIT

"""Measures gtornado beside other servers, in one run, and says whether the project's targets hold."""

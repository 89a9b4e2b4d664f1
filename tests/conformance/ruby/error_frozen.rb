# frozen_string_literal: true
"a" << "b"

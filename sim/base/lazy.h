// A part that most owners never need, at the price of a pointer.
#pragma once

#include <memory>
#include <utility>

namespace seedwire {

/// Stands for a T that is default-constructed until somebody writes to it. Only then does it take
/// memory of its own: for what a few of 100,000 connections need, or each only for a while.
template <class T>
class Lazy {
public:
    /// Reads it, made or not.
    const T& operator*() const { return value_ ? *value_ : kDefault; }
    const T* operator->() const { return &**this; }
    /// The value to write to. Allocates the first time.
    T& make() {
        if (!value_) [[unlikely]]
            value_ = std::make_unique<T>();
        return *value_;
    }
    /// The value if it was made, else null: what has not been made needs no reset.
    T* made() { return value_.get(); }
    const T* made() const { return value_.get(); }
    /// As new again.
    void release() { value_.reset(); }

private:
    inline static const T kDefault{};

    std::unique_ptr<T> value_;
};

}  // namespace seedwire
